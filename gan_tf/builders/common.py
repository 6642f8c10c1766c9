"""What the builders share: the activation of discriminators, and checks of arguments."""

from keras import layers


def leaky_relu():
    """Slope 0.2 as in the DCGAN paper; the layer's own default is 0.3."""
    return layers.LeakyReLU(negative_slope=0.2)


def check_rate(dropout):
    """Raises a ValueError unless a share of units to drop is in [0, 1)."""
    if not 0 <= dropout < 1:
        raise ValueError(f"dropout must be in [0, 1). Received: dropout={dropout}")


def check_positive(**sizes):
    """Raises a ValueError unless each is an integer >= 1, or a tuple of them."""
    for name, value in sizes.items():
        values = value if isinstance(value, (tuple, list)) else [value]
        if not all(isinstance(number, int) and number > 0 for number in values):
            raise ValueError(f"{name} must hold integers >= 1. Received: {name}={value!r}")
