"""Path lengths against exact values, and interpolation on the sphere."""

from gan_tf import metrics
import numpy as np
import pytest

RNG = np.random.default_rng(0)
STARTS, ENDS = RNG.normal(size=(2, 200, 5))


def test_slerp_goes_evenly_along_a_great_circle():
    starts, ends = np.array([[2.0, 0.0]] * 3), np.array([[0.0, 5.0]] * 3)
    found = metrics.slerp(starts, ends, [0.0, 1 / 3, 1.0])
    angles = np.array([0.0, np.pi / 6, np.pi / 2])
    np.testing.assert_allclose(found, np.stack([np.cos(angles), np.sin(angles)], 1), atol=1e-12)
    between = metrics.slerp(STARTS, ENDS, np.full(200, 0.3))
    np.testing.assert_allclose(np.linalg.norm(between, axis=1), 1.0)


def test_slerp_of_a_point_with_itself_stays_there():
    unit = STARTS / np.linalg.norm(STARTS, axis=1, keepdims=True)
    np.testing.assert_allclose(metrics.slerp(STARTS, 3 * STARTS, np.full(200, 0.7)), unit)


def test_lerp_goes_straight_in_any_shape():
    starts, ends = np.zeros((2, 3, 4)), np.ones((2, 3, 4))
    found = metrics.lerp(starts, ends, [0.25, 1.0])
    np.testing.assert_allclose(found[0], 0.25)
    np.testing.assert_allclose(found[1], 1.0)


def test_length_of_a_linear_map_is_that_of_the_straight_way():
    matrix = RNG.normal(size=(5, 7))
    expected = np.square((ENDS - STARTS) @ matrix).sum(1)
    found = metrics.path_length(
        lambda x: x.astype("float64") @ matrix, STARTS, ENDS, metrics.lerp, epsilon=1e-2
    )
    assert found.mean == pytest.approx(expected.mean(), rel=1e-3)
    assert found.standard_error == pytest.approx(expected.std(ddof=1) / np.sqrt(200), rel=1e-3)


def test_length_on_the_sphere_is_the_squared_angle():
    units = [points / np.linalg.norm(points, axis=1, keepdims=True) for points in (STARTS, ENDS)]
    angles = np.arccos((units[0] * units[1]).sum(1))
    found = metrics.path_length(lambda x: x, STARTS, ENDS, epsilon=1e-2)
    assert found.mean == pytest.approx(np.mean(angles**2), rel=1e-3)


def test_a_space_that_jumps_has_long_paths():
    """A map that is bent somewhere is longer than the straight one between the same ends."""
    straight = metrics.path_length(lambda x: x, STARTS, ENDS, metrics.lerp, epsilon=1e-3)
    steep = metrics.path_length(lambda x: np.tanh(9 * x), STARTS, ENDS, metrics.lerp, epsilon=1e-3)
    assert steep.mean > 2 * straight.mean


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: metrics.path_length(lambda x: x, STARTS, ENDS[:5]), "one shape"),
        (lambda: metrics.path_length(lambda x: x, STARTS, ENDS, epsilon=0), "epsilon"),
        (lambda: metrics.path_length(lambda x: x, STARTS, ENDS, seed=True), "seed=True"),
        (lambda: metrics.path_length(None, STARTS, ENDS), "features_of must be a function"),
        (lambda: metrics.path_length(lambda x: x, STARTS, ENDS, "lerp"), "interpolate='lerp'"),
        (lambda: metrics.slerp(0 * STARTS, ENDS, np.ones(200)), "none of them zero"),
    ],
)
def test_clear_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()
