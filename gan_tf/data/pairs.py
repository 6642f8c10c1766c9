"""Pairs of pictures from a folder, two side by side in each file, as pix2pix's data sets come."""

from pathlib import Path

from gan_tf import checks
from gan_tf.data import files
from gan_tf.data.pictures import checked_options
import numpy as np

HELD_OUT = 10  # one pair of so many is kept from training
MOST_HELD_OUT = 200


class PairFolder:
    """Pairs of a folder, read once, for pix2pix to train on.

    Each file holds two squares side by side: A on the left, what the generator is given, and B on
    the right, what it is to make of it. One pair in ten, chosen at random but always the same, and
    at least one, is kept from training.

    Args:
        folder: Folder whose pictures, also those in folders inside, are taken.
        size: Integer >= 1, height and width of A and of B, to which they are resized.
        channels: 1 for grey pictures, 3 for colours.
        background: Colour behind transparent places, as for `read_picture`.
        reverse: Whether the generator is given B, the right one, and is to make A.
        verbose: Whether to print what was found.

    Attributes:
        pictures: uint8 array `(num_pairs, size, 2 * size, channels)`, in the order of the names.
        rows: Dictionary from "train" and "test" to the rows of `pictures` that belong to them.

    Raises:
        FileNotFoundError: If the folder is absent or holds no images.
        ValueError: If files cannot be read or are not twice as wide as high, with the names of the
            first ten; if there is only one pair, or an argument is out of range.

    Reference:
        Isola et al. 2017, arXiv:1611.07004, whose data sets have this form. For some of them, such
        as facades, the paper translates from right to left.
    """

    def __init__(
        self, folder, size=64, *, channels=3, background="white", reverse=False, verbose=True
    ):
        if not isinstance(folder, (str, Path)):
            raise checks.argument_error("folder", folder, "a folder's path")
        options = {**checked_options(size, channels, "crop", background), "fit": "pair"}
        verbose, self.reverse = checks.flag(verbose=verbose), checks.flag(reverse=reverse)
        self.folder, self.size = folder, size
        self.pictures = files.read_all(folder, files.listing(folder), options, verbose)
        count = len(self.pictures)
        if count < 2:
            raise ValueError(
                f"{folder} must hold at least 2 pairs, one to train on and one to show. "
                f"Received: {count}. Give more files with a pair in each."
            )
        order = np.random.default_rng(0).permutation(count)
        num_test = min(MOST_HELD_OUT, max(1, count // HELD_OUT))
        if verbose:
            print(f"Pairs to train on: {count - num_test:,}, kept from training: {num_test:,}")
        self.rows = {"train": np.sort(order[num_test:]), "test": np.sort(order[:num_test])}

    def __len__(self):
        return len(self.pictures)

    def pairs(self, split="train", num=None):
        """Pairs as arrays.

        Args:
            split: "train", or "test" for those kept from training.
            num: Integer >= 1, how many at most, the first ones; None for all.

        Returns:
            `(sketches, images)`, float32 arrays `(num, size, size, channels)` in [-1, 1]: what the
            generator is given, and what it is to make.
        """
        checks.one_of(("train", "test"), split=split)
        num = checks.at_least_or_none(1, num=num)
        return self._halves(files.scaled(self.pictures[self.rows[split][:num]].astype("float32")))

    def batches(self, batch_size=8, seed=0, *, steps_per_epoch=None):
        """A `tf.data` pipeline of the training pairs, in an order like that of `data.batches`.

        Args:
            batch_size: Integer from 1 to the number of training pairs.
            seed: Integer >= 0.
            steps_per_epoch: Integer >= 1, or None for all full batches of a pass.

        Returns:
            `tf.data.Dataset` of dictionaries with "sketches" and "images".
        """
        rows = self.rows["train"]
        options = files.checked_batches(self.folder, len(rows), batch_size, seed, steps_per_epoch)

        def named(pictures):
            return dict(zip(("sketches", "images"), self._halves(pictures), strict=True))

        dataset = files.batches_of(self.pictures, rows, named, **options)
        dataset.value_range = dict.fromkeys(("sketches", "images"), dataset.value_range)
        return dataset

    def _halves(self, pictures):
        left, right = pictures[:, :, : self.size], pictures[:, :, self.size :]
        return (right, left) if self.reverse else (left, right)
