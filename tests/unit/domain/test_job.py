"""What a job may be, and when it is tried again."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast import limits
from holdfast.domain.instant import EPOCH
from holdfast.domain.job import Job, JobState, job_error, lost_too_often, new_job, next_attempt
from holdfast.errors import InvalidInput, LimitExceeded

NOW = EPOCH + timedelta(days=20_000)
JOB = Job("1", "extract", {}, JobState.RUNNING, None, 1, 0, NOW, NOW, NOW, None)


def new(kind: str = "extract", payload: Any = None, **fields: Any) -> object:  # noqa: ANN401 (what a caller may give)
    return new_job(kind, payload or {}, id="1", at=NOW, **fields)


@pytest.mark.parametrize("kind", ["", "Extract", "two words", "2nd", "extract-facts", "é", "x" * 257, "x\n"])
def test_a_kind_is_a_lower_case_word(kind: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        new(kind)
    assert caught.value.code == "invalid_job"


def test_names_have_a_bound() -> None:
    longest = "x" * limits.JOB_NAME_CHARACTERS_MAX
    assert new(longest, lane=longest, only=longest)
    for wrong in ({"lane": longest + "x"}, {"only": longest + "x"}, {"lane": ""}, {"only": ""}):
        with pytest.raises(InvalidInput) as caught:
            new(**wrong)
        assert caught.value.code == "invalid_job"


@pytest.mark.parametrize("payload", [{"a": []}, {"a": {}}, {"a": b"x"}, {1: "a"}, {"a": float("nan")}])
def test_a_payload_is_flat(payload: Any) -> None:  # noqa: ANN401 (likewise)
    with pytest.raises(InvalidInput) as caught:
        new(payload=payload)
    assert caught.value.code == "invalid_job"


def test_a_payload_has_a_bound() -> None:
    around = len('{"a": ""}')
    assert new(payload={"a": "x" * (limits.JOB_PAYLOAD_BYTES_MAX - around)})
    with pytest.raises(LimitExceeded) as caught:
        new(payload={"a": "x" * (limits.JOB_PAYLOAD_BYTES_MAX - around + 1)})
    assert caught.value.code == "job_too_large"


def test_a_payload_is_a_copy() -> None:
    given_payload = {"a": 1}
    job = new_job("extract", given_payload, id="1", at=NOW)
    given_payload["a"] = 2

    assert job.payload == {"a": 1}


def test_an_error_is_cut_to_its_bound() -> None:
    assert len(job_error("x", "y" * 10_000).message) == limits.JOB_ERROR_CHARACTERS_MAX


@given(st.integers(1, 100), st.floats(0, 1), st.booleans())
def test_pauses_double_up_to_a_bound_and_end(attempts: int, chance: float, may_pass: bool) -> None:  # noqa: FBT001 (Hypothesis)
    again = next_attempt(replace(JOB, attempts=attempts), now=NOW, chance=chance, may_pass=may_pass)
    most = limits.JOB_OUTAGE_ATTEMPTS_MAX if may_pass else limits.JOB_ATTEMPTS_MAX
    if attempts >= most:
        assert again is None
        return
    assert again is not None
    longest = min(limits.JOB_BACKOFF_SECONDS * 2 ** (attempts - 1), limits.JOB_BACKOFF_SECONDS_MAX)
    assert timedelta(seconds=longest / 2) <= again - NOW <= timedelta(seconds=longest)


def test_an_outage_is_borne_for_hours() -> None:
    def pause(attempt: int) -> timedelta:
        again: datetime | None = next_attempt(
            replace(JOB, attempts=attempt), now=NOW, chance=0, may_pass=True
        )
        assert again is not None
        return again - NOW

    total = sum((pause(n) for n in range(1, limits.JOB_OUTAGE_ATTEMPTS_MAX)), timedelta())
    assert timedelta(hours=4.5) < total / 2 < total < timedelta(hours=9.5)


def test_a_job_is_given_up_when_it_was_lost_too_often() -> None:
    assert lost_too_often(limits.JOB_LOSSES_MAX - 1) is None
    error = lost_too_often(limits.JOB_LOSSES_MAX)
    assert error is not None
    assert error.code == "worker_lost"
