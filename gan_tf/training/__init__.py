"""How a game is played: what `fit` needs, and no student has to read."""
