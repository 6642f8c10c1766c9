"""What models end in: the last activation wherever it stands, and the range of the output."""

from gan_tf import endings
import keras
from keras import layers, ops
import pytest
import tensorflow as tf


def sequential(*stack, size=4):
    return keras.Sequential([keras.Input((size,)), *stack])


def functional(make, size=4):
    inputs = keras.Input((size,))
    return keras.Model(inputs, make(inputs))


def dense(activation=None, units=1):
    return layers.Dense(units, activation=activation)


@pytest.mark.parametrize(
    ("make", "name", "value_range"),
    [
        (lambda: sequential(dense("sigmoid")), "sigmoid", (0, 1)),
        (lambda: sequential(dense(tf.nn.sigmoid)), "sigmoid", (0, 1)),
        (lambda: sequential(dense("tanh"), layers.Flatten()), "tanh", (-1, 1)),
        (lambda: sequential(dense("softmax", 4), layers.Reshape((2, 2))), "softmax", (0, 1)),
        (
            lambda: sequential(dense("hard_sigmoid"), layers.Activation("linear")),
            "hard_sigmoid",
            (0, 1),
        ),
        (lambda: sequential(dense(), layers.Activation("sigmoid")), "sigmoid", (0, 1)),
        (lambda: sequential(dense(), layers.Softmax()), "softmax", (0, 1)),
        (lambda: sequential(sequential(dense("tanh")), layers.Reshape((1, 1))), "tanh", (-1, 1)),
        (lambda: functional(lambda x: ops.sigmoid(dense()(x))), "sigmoid", (0, 1)),
        (lambda: functional(lambda x: ops.hard_sigmoid(dense()(x))), "hardsigmoid", (0, 1)),
        (
            lambda: functional(lambda x: ops.reshape(dense("tanh", 4)(x), (-1, 2, 2))),
            "tanh",
            (-1, 1),
        ),
        (lambda: sequential(dense("sigmoid"), layers.Rescaling(2.0, -1.0)), "sigmoid", (-1, 1)),
        (lambda: sequential(dense("tanh"), layers.Rescaling(-3)), "tanh", (-3, 3)),
        (lambda: sequential(layers.SpectralNormalization(dense("tanh"))), "tanh", (-1, 1)),
        (lambda: sequential(dense()), "linear", None),
        (lambda: sequential(dense(), layers.Flatten()), "linear", None),
        (lambda: sequential(dense("relu")), "relu", None),
        (lambda: sequential(dense("tanh"), layers.BatchNormalization()), None, None),
        (lambda: sequential(dense("tanh"), layers.Lambda(lambda x: 5 * x)), None, None),
        (lambda: functional(lambda x: dense("tanh")(x) * 5), None, None),
        (lambda: functional(lambda x: layers.Add()([dense("tanh")(x)] * 2)), None, None),
    ],
)
def test_the_last_activation_and_the_range(make, name, value_range):
    model = make()
    assert endings.last_activation(model) == name
    assert endings.output_range(model) == value_range


def test_a_layer_used_twice_ends_where_it_was_used_last():
    shared = layers.Reshape((4,))
    inputs = keras.Input((4,))
    outputs = shared(layers.Dense(4, activation="tanh")(shared(inputs)))
    assert endings.last_activation(keras.Model(inputs, outputs)) == "tanh"


@pytest.mark.filterwarnings("ignore:(?s).*softmax over axis")
@pytest.mark.parametrize(("units", "expected"), [(1, True), (3, False)])
def test_a_softmax_over_one_unit_never_moves(units, expected):
    model = sequential(dense("softmax", units))
    assert endings.is_constant(model) is expected
    if expected:
        assert ops.convert_to_numpy(model(ops.ones((2, 4)))).tolist() == [[1.0], [1.0]]


def test_models_without_a_known_graph_end_in_nothing_known():
    class Subclassed(keras.Model):
        def call(self, inputs):
            return inputs

    assert endings.last_activation(Subclassed()) is None
    assert endings.output_range(Subclassed()) is None
