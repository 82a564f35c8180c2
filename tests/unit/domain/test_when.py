"""Words for times in a statement become one stretch of time each."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.quality.formation.dates import Row, load_rows
from holdfast.domain.when import looks_ahead, whens_in

NOW = datetime(2026, 3, 12, 15, 30, tzinfo=UTC)
"""A Thursday."""


@pytest.mark.parametrize("row", load_rows(), ids=lambda row: f"{row.statement} ({row.at:%d %b %Y})")
def test_statement_means_the_right_time(row: Row) -> None:
    found = whens_in(row.statement, reference=row.at)

    if row.start is None or row.end is None:
        assert found == ()
    else:
        assert row.start <= found[0].start < row.end
        assert found[0].words.strip(".") in row.statement


@pytest.mark.parametrize(
    ("statement", "start", "end"),
    [
        ("I was ill last week", "2026-03-02", "2026-03-09"),
        ("We were there from July 16-18, 2025", "2025-07-16", "2025-07-19"),
        ("I lived there from 2010 to 2014", "2010-01-01", "2015-01-01"),
        ("We will leave by the end of the month", "2026-03-25", "2026-04-01"),
        ("The talks begin in Q3 2026", "2026-07-01", "2026-10-01"),
        ("We met in the summer of 2022", "2022-06-01", "2022-09-01"),
    ],
)
def test_stretch_has_both_ends(statement: str, start: str, end: str) -> None:
    (when,) = whens_in(statement, reference=NOW)

    assert (f"{when.start:%Y-%m-%d}", f"{when.end:%Y-%m-%d}") == (start, end)


@pytest.mark.parametrize(
    ("statement", "ahead"),
    [
        ("I'll move", True), ("I moved", False), ("I'm moving", True), ("I have moved", False),
        ("I've quit", False),
        ("The exam is", True), ("I need it", True), ("She was scheduled", False), ("It is scheduled", True),
    ],
)  # fmt: skip
def test_verbs_say_which_way_a_statement_looks(statement: str, ahead: bool) -> None:  # noqa: FBT001 (a column)
    assert looks_ahead(statement) is ahead


def test_several_times_come_in_the_order_of_the_words() -> None:
    found = whens_in("I was in Rome last week and in Oslo yesterday", reference=NOW)

    assert [when.words for when in found] == ["last week", "yesterday"]


@given(st.text(max_size=80), st.datetimes(timezones=st.just(UTC)))
def test_any_text_at_any_time_gives_times_that_last_and_lie_apart(text: str, reference: datetime) -> None:
    for words in ("", " in 999 years", " last May", " on 31 December 9999", " two weeks ago", " at 25:61"):
        found = whens_in(text + words, reference=reference)
        assert all(when.start < when.end for when in found)
        assert all(before.last <= after.first for before, after in pairwise(found))
