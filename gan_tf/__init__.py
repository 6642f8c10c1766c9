"""The public names of gan_tf, each loaded when it is first used."""

import importlib
import os

# TensorFlow reads this once, when it is first imported: it hides the start-up notes of its C++
# half, which Jupyter would show as errors. Set it to 0 beforehand to see them.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

__version__ = "0.1.0"

_MODULE_OF = {
    "GAN": "gan",
    "train_gan": "lecture",
    "capped": "data",
}
_MODULES = (
    "builders",
    "callbacks",
    "data",
    "gan",
    "lecture",
    "losses",
    "plots",
    "recipes",
)
__all__ = [*_MODULE_OF, *_MODULES]


def __getattr__(name):
    if name in _MODULE_OF:
        return getattr(importlib.import_module(f"gan_tf.{_MODULE_OF[name]}"), name)
    if name in _MODULES:
        return importlib.import_module(f"gan_tf.{name}")
    raise AttributeError(f"module 'gan_tf' has no attribute {name!r}; it has {sorted(__all__)}")


def __dir__():
    return sorted([*globals(), *__all__])
