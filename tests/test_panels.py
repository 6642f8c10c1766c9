"""The site's panels of sliders compute what NumPy and SciPy compute."""

from pathlib import Path

from javascript import answer_of, needs_javascript
import numpy as np
import pytest
from scipy import integrate, stats

PLAY = Path(__file__).resolve().parent.parent / "site" / "play"
pytestmark = needs_javascript


@pytest.fixture
def javascript(tmp_path):
    """Function that runs a program after the script of a panel, and reads its answer."""

    def run(name, program):
        return answer_of(f"{(PLAY / f'{name}.js').read_text('utf-8')}\n{program}", tmp_path)

    return run


# ---------------------------------------------------------------- densities

HUMPS = stats.norm([-2, 2], 0.6)
BREAKS = sorted({*np.arange(-24, 25, 2.0), *np.arange(-6, 6.1, 0.25)})


def over_the_line(function):
    """Integral from -24 to 24, piece by piece."""
    pieces = zip(BREAKS, BREAKS[1:], strict=False)
    return sum(integrate.quad(function, *piece, epsabs=1e-11)[0] for piece in pieces)


def log_humps(x):
    return np.logaddexp(*(HUMPS.logpdf(x) - np.log(2)))


def expected_measures(mean, std):
    """Both divergences of KL, JSD and Wasserstein-1, by quadrature."""
    q = stats.norm(mean, std)

    def kl(x, first, second):
        return np.exp(first(x)) * (first(x) - second(x))

    def log_middle(x):
        return np.logaddexp(log_humps(x), q.logpdf(x)) - np.log(2)

    return [
        over_the_line(lambda x: kl(x, log_humps, q.logpdf)),
        over_the_line(lambda x: kl(x, q.logpdf, log_humps)),
        over_the_line(lambda x: kl(x, log_humps, log_middle) + kl(x, q.logpdf, log_middle)) / 2,
        over_the_line(lambda x: abs(HUMPS.cdf(x).mean() - q.cdf(x))),
    ]


@pytest.mark.parametrize(("mean", "std"), [(0, 1), (-4, 0.3), (1.7, 0.6), (4, 3), (-0.5, 2.1)])
def test_measures_are_those_of_quadrature(javascript, mean, std):
    found = javascript("divergences", f"answer(DIVERGENCES.measures({mean}, {std}))")
    expected = expected_measures(mean, std)
    assert min(expected) > 0.01
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)


def test_curves_are_close_to_the_numbers(javascript):
    program = "answer([0.05, 0.0025].map((step) => DIVERGENCES.measures(1.3, 0.3, step)))"
    coarse, fine = javascript("divergences", program)
    np.testing.assert_allclose(coarse, fine, atol=0.01)


def test_kl_has_a_closed_form(javascript):
    """Of p against a normal q, it is that of the normal with p's moments, less p's own excess."""
    program = "answer([0, 1, 3].map((mean) => DIVERGENCES.measures(mean, 2)[0]))"
    found = np.array(javascript("divergences", program))
    variance = 0.6**2 + 2**2
    expected = [(variance + mean**2) / 8 for mean in (0, 1, 3)]
    np.testing.assert_allclose(found - found[0], np.subtract(expected, expected[0]), atol=1e-6)


def test_best_discriminator(javascript):
    program = """
    const { logHumps, logNormal, bestDiscriminator } = DIVERGENCES;
    answer([-5, -2, 0, 0.7, 23].map((x) => bestDiscriminator(logHumps(x), logNormal(x, 0.5, 0.4))));
    """
    x = np.array([-5, -2, 0, 0.7, 23])
    log_ratio = np.array([log_humps(each) for each in x]) - stats.norm(0.5, 0.4).logpdf(x)
    expected = 1 / (1 + np.exp(-log_ratio))
    np.testing.assert_allclose(javascript("divergences", program), expected, atol=1e-9)


# ---------------------------------------------------------------- the game xy


def simultaneous(rate):
    return np.array([[1, -rate], [rate, 1]])


def alternating(rate):
    return np.array([[1, -rate], [rate, 1 - rate**2]])


MATRICES = {"simultaneous": simultaneous, "alternating": alternating}
RATES = (0.02, 0.1, 0.7, 1.5, 1.98, 2.1)


@pytest.mark.parametrize("way", MATRICES)
def test_spectral_radius_is_that_of_numpy(javascript, way):
    rule = f"CIRCLING.RULES.{way}"
    program = f"answer({list(RATES)}.map((rate) => CIRCLING.spectralRadius({rule}, rate)))"
    expected = [np.abs(np.linalg.eigvals(MATRICES[way](rate))).max() for rate in RATES]
    np.testing.assert_allclose(javascript("circling", program), expected, rtol=1e-6)


@pytest.mark.parametrize("rate", [0.1, 1.2])
def test_paths_are_powers_of_the_matrix(javascript, rate):
    found = javascript("circling", f"answer(CIRCLING.paths({rate}, 50))")
    powers = {
        way: [np.linalg.matrix_power(matrix(rate), k) @ (1, 1) for k in range(51)]
        for way, matrix in MATRICES.items()
    }
    steps = np.arange(1, 52)[:, None]
    powers["averaged"] = np.cumsum(powers["alternating"], axis=0) / steps
    for way, expected in powers.items():
        np.testing.assert_allclose(found[way], expected, rtol=1e-6, atol=1e-6)
