"""The public names of gan_tf, each loaded when it is first used."""

import importlib
import sys
import types

from gan_tf import startup

__version__ = "0.1.0"

# Classes and functions, and the modules that define them.
_DEFINED_IN = {
    "GAN": "games.gan",
    "ProgressiveGAN": "games.progressive",
    "colab_drive": "colab",
    "lab": "playground",
    "train_gan": "games.lecture",
    "capped": "data",
}
# Public modules; some stand elsewhere than their name says.
_MODULES = {
    "builders": "builders",
    "callbacks": "callbacks",
    "data": "data",
    "games": "games",
    "gan": "games.gan",
    "growing": "games.progressive",
    "history": "layers.history",
    "layers": "layers",
    "lecture": "games.lecture",
    "losses": "losses",
    "metrics": "metrics",
    "penalties": "penalties",
    "plots": "plots",
    "recipes": "recipes",
    "transfer": "transfer",
}
__all__ = [*_DEFINED_IN, *_MODULES]


def __getattr__(name):
    if name not in __all__:
        raise AttributeError(f"module 'gan_tf' has no attribute {name!r}; it has {sorted(__all__)}")
    startup.prepare()
    if name in _MODULES:
        return importlib.import_module(f"gan_tf.{_MODULES[name]}")
    return getattr(importlib.import_module(f"gan_tf.{_DEFINED_IN[name]}"), name)


def __dir__():
    return sorted({*globals(), *__all__})


class _MovedModule(types.ModuleType):
    """Stands where a module stood before, for `from gan_tf.growing import ProgressiveGAN`."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(__getattr__(self.__name__.removeprefix("gan_tf.")), name)


for _name, _place in _MODULES.items():
    if _name != _place:
        sys.modules[f"gan_tf.{_name}"] = _MovedModule(f"gan_tf.{_name}")
