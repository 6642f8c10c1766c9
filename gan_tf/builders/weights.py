"""Trained weights that come with the package: 8 bits each, with a scale for every channel."""

import hashlib
import io
from pathlib import Path
import zipfile

from gan_tf import checks
import numpy as np

FOLDER = Path(__file__).with_name("weights")
FASHION_MNIST = "fashion_mnist"
LEVELS = 127  # of an 8-bit number on either side of 0
QUARTERS = 4  # of a step, for weights that need finer ones
SMALL = 100  # numbers; in so small a kernel rounding errors don't average out, so it stays float32
PACKINGS = (zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_DEFLATED)

# The shipped files by builder: the SHA-256 of each, and the arguments that its network was built
# with where they are not the builder's defaults. data/train_generators.py makes them.
SHIPPED = {
    "dense_generator": (
        "7730ed0928dd134e0b85c42cdb1df524e39abaffbda0ed06842cae8aff81fce8",
        "",
    ),
    "dcgan_generator": (
        "ad112b6742daaa56f8be50a57da67bad9f84b030cf0ecef87415839cf9f77494",
        "filters=(64, 32)",
    ),
    "progressive_generator": (
        "b1ec1d276ffed9ed7b04c7277aa71d7e7abeeae82280b08a32430d10f2b717bb",
        "",
    ),
    "style_generator": (
        "a841aa6f268aaec5f43ccd14bce0630ab59e198e4af4097336ffc5794ab7534a",
        "mixing=0.5",
    ),
}


def with_weights(model, builder, weights):
    """A model that has its trained weights.

    Args:
        model: Keras model as the builder made it.
        builder: String, name of the builder.
        weights: None for the random weights that the model has; "fashion_mnist" for those that come
            with the package; or the path of a file: .npz as `save_quantized` writes it, or Keras's
            .weights.h5.

    Returns:
        The same model.

    Raises:
        ValueError: If the file is damaged, or of a network with other shapes.
        OSError: If it is absent.
    """
    if weights is None:
        return model
    if weights == FASHION_MNIST:
        if builder not in SHIPPED:
            raise ValueError(
                f'weights="{FASHION_MNIST}" exist for {", ".join(SHIPPED)}. Received: {builder}'
            )
        return _with_shipped(model, builder)
    path = checks.path_ending(".npz", ".weights.h5", weights=weights)
    if str(path).endswith(".npz"):
        load_quantized(model, Path(path).read_bytes(), str(path))
    else:
        model.load_weights(path)
    return model


def save_quantized(model, path, fine=None):
    """Writes a model's weights with 8 bits each.

    A matrix or kernel becomes int8 with a float32 scale for each index of its last axis; vectors
    and numbers stay float32, and so do kernels of fewer than 100 numbers. Each weight is then off
    by at most half a step, 1/254 of the largest of its channel.

    Args:
        model: Built Keras model.
        path: File to write, ending in .npz.
        fine: String, name of a layer or of a model in the model, whose weights get steps a quarter
            as large, in a second array of numbers from -2 to 2; or None. Long chains of layers,
            such as "mapping", add up their errors.

    Returns:
        String, the SHA-256 of the file.
    """
    path = Path(checks.path_ending(".npz", path=path))
    content = _packed(_quantized(model, fine))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def load_quantized(model, content, where="these bytes"):
    """Gives a model the weights that `save_quantized` wrote.

    Args:
        model: Built Keras model of the same architecture.
        content: Bytes of the file.
        where: String, names the file in errors.

    Raises:
        ValueError: If the bytes are damaged, or of a network with other shapes.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except Exception as error:  # a damaged file may cause any
        raise ValueError(f"{where} does not hold weights: {error}") from error
    values = [_value(arrays, number) for number in range(len(model.weights))]
    shapes = [None if value is None else value.shape for value in values]
    expected = [tuple(weight.shape) for weight in model.weights]
    if shapes != expected or f"{len(values)}" in arrays or f"{len(values)}_int8" in arrays:
        raise ValueError(
            f"{where} holds weights of another network. Received: shapes {shapes}, the model "
            f"{model.name!r} has {expected}"
        )
    model.set_weights(values)


# Helpers.


def _with_shipped(model, builder):
    sha256, settings = SHIPPED[builder]
    path = FOLDER / f"{builder}.npz"
    remedy = "Reinstall gan_tf, or in a checkout run `git checkout gan_tf`."
    try:
        content = path.read_bytes()
    except OSError as error:
        raise type(error)(f"Cannot read {path}: {error.strerror}. {remedy}") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError(f"{path} is damaged: its SHA-256 is not {sha256}. {remedy}")
    try:
        load_quantized(model, content, path.name)
    except ValueError as error:
        raise ValueError(
            f'weights="{FASHION_MNIST}" are those of builders.{builder}({settings}). {error}'
        ) from error
    return model


def _packed(arrays):
    """Bytes of an .npz file, in which each array is packed in the way that makes it smallest."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, array)
            content = member.getvalue()
            packing = min(PACKINGS, key=lambda each, content=content: _size(content, each))
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), content, packing, 9)
    return file.getvalue()


def _size(content, packing):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("content", content, packing, 9)
    return len(file.getvalue())


def _quantized(model, fine):
    arrays = {}
    for number, weight in enumerate(model.weights):
        value = np.asarray(weight, "float32")
        if value.ndim < 2 or value.size < SMALL:
            arrays[f"{number}"] = value
            continue
        largest = abs(value).max(axis=tuple(range(value.ndim - 1)))
        scale = np.where(largest > 0, largest / LEVELS, 1).astype("float32")
        arrays[f"{number}_int8"] = levels = np.rint(value / scale).astype("int8")
        arrays[f"{number}_scale"] = scale
        if fine in weight.path.split("/"):
            quarters = np.rint(QUARTERS * (value / scale - levels))
            arrays[f"{number}_quarters"] = quarters.astype("int8")
    return arrays


def _value(arrays, number):
    """The weight with this number as float32, or None where there is none."""
    if f"{number}" in arrays:
        return arrays[f"{number}"]
    if f"{number}_int8" not in arrays:
        return None
    levels = arrays[f"{number}_int8"].astype("float32")
    if f"{number}_quarters" in arrays:
        levels += arrays[f"{number}_quarters"] / QUARTERS
    return levels * arrays[f"{number}_scale"]
