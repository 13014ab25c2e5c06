"""Every refusal names the argument, its value and the rule."""

import math

import numpy as np
import pytest

from spinglass import InputError, SpinGlassError
from spinglass._errors import checked_choice, checked_float, checked_int


def test_an_input_error_is_a_value_error_and_a_package_error():
    assert issubclass(InputError, ValueError)
    assert issubclass(InputError, SpinGlassError)


@pytest.mark.parametrize("value", [1.5, "3", None, True, -1, 11, math.nan, np.array([1, 2])])
def test_integers_out_of_range_are_refused(value):
    with pytest.raises(InputError, match=r"^n = .*: must be an integer from 0 to 10$"):
        checked_int("n", value, 0, 10)


@pytest.mark.parametrize("value", [0, 10, 3.0, np.int64(4), np.uint8(2)])
def test_integers_in_range_are_python_integers(value):
    assert type(checked_int("n", value, 0, 10)) is int


@pytest.mark.parametrize("value", [math.nan, math.inf, "1.0", None, True, -0.5, 2.5, 0.0])
def test_reals_out_of_range_are_refused(value):
    with pytest.raises(InputError, match=r"^rate = .*: must be a finite real number > 0 and <= 2$"):
        checked_float("rate", value, 0.0, 2.0, low_open=True)


def test_choices_offer_the_nearest_names():
    with pytest.raises(InputError, match="did you mean 'gelu'"):
        checked_choice("activation", "gellu", ["relu-like", "gelu", "tanh"])


def test_long_values_are_shortened():
    with pytest.raises(InputError) as caught:
        checked_int("n", "x" * 1000, 0)
    assert len(str(caught.value)) < 150
