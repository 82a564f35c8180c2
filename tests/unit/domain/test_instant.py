"""Instants, aware and in UTC."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.instant import from_microseconds, iso, read_instant, to_microseconds
from holdfast.errors import InvalidInput

instants = st.datetimes(timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("2023-05-08T13:56:00Z", datetime(2023, 5, 8, 13, 56, tzinfo=UTC)),
        ("2023-05-08T13:56:00+02:00", datetime(2023, 5, 8, 11, 56, tzinfo=UTC)),
        ("2023-05-08T13:56:00", datetime(2023, 5, 8, 13, 56, tzinfo=UTC)),
        ("2023-05-08", datetime(2023, 5, 8, tzinfo=UTC)),
        (" 2023-05-08 13:56:00.000001 ", datetime(2023, 5, 8, 13, 56, 0, 1, tzinfo=UTC)),
    ],
)
def test_text_names_an_instant_in_utc(given_text: str, expected: datetime) -> None:
    assert read_instant(given_text, what="at") == expected


def test_aware_datetime_is_the_same_instant_in_utc() -> None:
    given_time = datetime(2023, 5, 8, 13, tzinfo=timezone(timedelta(hours=5, minutes=30)))

    read = read_instant(given_time, what="at")

    assert (read, read.utcoffset()) == (given_time, timedelta(0))


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (datetime(2023, 5, 8), "naive_datetime"),  # noqa: DTZ001 (that is what is refused)
        ("yesterday", "invalid_instant"), ("", "invalid_instant"), ("2023-13-01", "invalid_instant"),
        ("0001-01-01T00:00:00+10:00", "invalid_instant"), ("9999-12-31T23:59:59-10:00", "invalid_instant"),
        (1_700_000_000, "invalid_instant"), (None, "invalid_instant"),
    ],
)  # fmt: skip
def test_other_values_name_no_instant(value: object, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_instant(value, what="at")  # type: ignore[arg-type]  # a caller may err

    assert caught.value.code == code


@given(instants, instants)
def test_microseconds_are_exact_and_keep_the_order(a: datetime, b: datetime) -> None:
    assert from_microseconds(to_microseconds(a)) == a
    assert (to_microseconds(a) < to_microseconds(b)) == (a < b)


@given(instants)
def test_written_instant_is_read_back(instant: datetime) -> None:
    assert read_instant(iso(instant), what="at") == instant
