"""Turns the package's trained generator into a script, without TensorFlow and without NumPy."""

import ast
import base64
import json
import struct
import zipfile

KINDS = {"<f4": "float32", "|i1": "int8"}


def script_of(path, seeds):
    """Returns a script that defines WEIGHTS and GARMENTS.

    Args:
        path: File of `gan_tf.builders.weights.save_quantized`: one array for each weight, float32,
            or int8 with a scale for each index of its last axis.
        seeds: Dictionary from the name of a garment to seeds of its latent vectors.
    """
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    arrays = {name.removesuffix(".npy"): array_of(content) for name, content in contents.items()}
    numbers = sorted({int(name.split("_")[0]) for name in arrays})
    weights = json.dumps([entry_of(arrays, number) for number in numbers])
    return f"globalThis.WEIGHTS = {weights};\nglobalThis.GARMENTS = {json.dumps(seeds)};\n"


def array_of(content):
    """Returns (type, bytes) of an array in the format of NumPy's .npy, version 1."""
    magic, length = content[:8], struct.unpack("<H", content[8:10])[0]
    header = ast.literal_eval(content[10 : 10 + length].decode("latin1"))
    if magic != b"\x93NUMPY\x01\x00" or header["fortran_order"] or header["descr"] not in KINDS:
        raise ValueError(f"This array cannot be read here. Received: {magic}, {header}")
    return KINDS[header["descr"]], content[10 + length :]


def entry_of(arrays, number):
    """Returns a weight for the script: its numbers by type, in base64."""
    names = {"float32": f"{number}", "int8": f"{number}_int8", "scale": f"{number}_scale"}
    return {
        key: base64.b64encode(arrays[name][1]).decode()
        for key, name in names.items()
        if name in arrays
    }
