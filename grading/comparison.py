"""Says whether a check cell printed what it expects. Its code goes into every graded cell."""

import math
import re

NUMBER = r"None|nan|inf|-?\d+(?:,\d{3})*(?:\.\d*)?(?:e[-+]?\d+)?"
RELATIONS = (
    ("<=", lambda yours, bound: yours <= bound),
    (">", lambda yours, bound: yours > bound),
    ("below", lambda yours, bound: yours < bound),
)


def numbers_in(text):
    """Returns the numbers of a text as they are written, thousands without commas."""
    return [number.replace(",", "") for number in re.findall(NUMBER, text)]


def is_same(expected, yours):
    """Returns whether two written numbers are equal, but for a last digit that was rounded."""
    if expected == yours or "None" in (expected, yours):
        return expected == yours
    places = len(expected.partition(".")[2])
    tolerance = 1.5 * 10**-places if places > 2 else 0.6 * 10**-places if places else 0
    return math.isfinite(float(yours)) and abs(float(expected) - float(yours)) <= tolerance


def is_right(expected, yours):
    """Returns whether the words after 'yours' are what the words after 'expected' ask for."""
    wanted = numbers_in(expected)
    found = numbers_in(
        re.sub(r"(?<=\S) \(.*", "", yours.strip())
    )  # what stands in brackets after it
    for word, holds in RELATIONS:
        if word in expected:
            return len(found) == 1 and holds(float(found[0]), float(wanted[0]))
    return len(found) == len(wanted) and all(map(is_same, wanted, found))


def assert_as_expected(printed):
    """Raises AssertionError unless a check cell printed what it expects, everywhere.

    Args:
        printed: What the cell printed: lines with 'expected ..., yours ...', or a line with
            'expected' and one with 'yours' below it.
    """
    lines = re.sub(r"\n *yours", ", yours", printed).split("\n")
    pairs = [re.search(r"expected(.*?),? *yours(.*)", line) for line in lines if "expected" in line]
    assert pairs and all(pairs), "The check printed nothing to compare."
    wrong = [pair[0] for pair in pairs if not is_right(pair[1], pair[2])]
    assert not wrong, "; ".join(wrong)
