import numpy as np
import pytest

from training.average import average

ONE = {"a": np.array([1, 2], np.float32), "only": np.array([1], np.float32)}
OTHER = {"a": np.array([3, 6], np.float32), "ids": np.array([7])}


def test_average_weighs_the_tensors_that_all_have() -> None:
    assert {name: values.tolist() for name, values in average([ONE, OTHER], [3, 1]).items()} == {
        "a": [1.5, 3]
    }


def test_average_of_one_is_itself() -> None:
    assert average([ONE], [0.2])["a"].tolist() == [1, 2]


@pytest.mark.parametrize("shares", [[], [1], [1, 0], [1, -1]])
def test_every_model_has_a_positive_share(shares: list[float]) -> None:
    with pytest.raises(ValueError, match="positive share"):
        average([ONE, OTHER], shares)
