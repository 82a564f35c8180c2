"""Times beside events: the event is found in memory, dated, and a window lies beside it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from holdfast.domain.beside import Reach
from holdfast.domain.message import Message, Role
from holdfast.domain.ranking import Signal
from holdfast.domain.scope import Scope
from holdfast.domain.statement import Statement
from holdfast.domain.view import View
from holdfast.domain.window import CONFIDENCE, Window
from holdfast.recall.anchor import BY_FACT, BY_MESSAGE, BY_WORDS, TOLD, anchored
from holdfast.recall.search import Question, search, seek
from holdfast.testing.contracts.scribe import ANA
from tests.unit.making import Bench, make_bench

ASKED_AT = datetime(2025, 1, 15, 12, tzinfo=UTC)
FOREVER = (date(1900, 1, 1), date(2200, 1, 1))

SAID = (
    ("2024-03-11", "I broke my leg, and the surgery was two days ago"),
    ("2024-05-10", "The wedding was last Saturday, and it was lovely"),
    ("2024-06-20", "The conference in Lisbon is on 24 June"),
    ("2024-07-15", "I moved to Berlin yesterday"),
    ("2024-08-02", "My birthday is on 9 August"),
    ("2024-09-01", "The flood ruined our kitchen"),
    ("2024-10-05", "The marathon is tomorrow"),
    ("2024-11-20", "Rain again, and nothing to report"),
)
"""Surgery 9 March, wedding 4 May, conference 24 June, move 14 July, birthday 9 August, flood 1 September,
marathon 6 October."""

EXPRESSIONS = (
    ("What did Ana buy two days before her birthday?", "2024-08-07", "2024-08-08"),
    ("What did Ana buy one day before her birthday?", "2024-08-08", "2024-08-09"),
    ("What did Ana buy the day before her birthday?", "2024-08-08", "2024-08-09"),
    ("What did Ana buy the day after her birthday?", "2024-08-10", "2024-08-11"),
    ("What did Ana buy 3 days after her birthday?", "2024-08-12", "2024-08-13"),
    ("What did Ana buy on the day of her birthday?", "2024-08-09", "2024-08-10"),
    ("What did Ana do the evening before her birthday?", "2024-08-08", "2024-08-09"),
    ("What did Ana do the night after her birthday?", "2024-08-10", "2024-08-11"),
    ("What did Ana do on the morning of her birthday?", "2024-08-09", "2024-08-10"),
    ("Who called the very day of the birthday?", "2024-08-09", "2024-08-10"),
    ("What happened the week after the conference?", "2024-06-25", "2024-07-02"),
    ("What happened the week before the conference?", "2024-06-17", "2024-06-24"),
    ("What happened in the week of the conference?", "2024-06-24", "2024-07-01"),
    ("What happened the following week after the conference?", "2024-06-25", "2024-07-02"),
    ("What happened in the two weeks before the conference?", "2024-06-10", "2024-06-24"),
    ("What happened during the 3 weeks after the conference?", "2024-06-25", "2024-07-16"),
    ("What happened over the three days after the conference?", "2024-06-25", "2024-06-28"),
    ("What happened within two weeks of the conference?", "2024-06-10", "2024-07-09"),
    ("What happened two weeks before the conference?", "2024-06-07", "2024-06-14"),
    ("What happened a week after the conference?", "2024-06-28", "2024-07-05"),
    ("What happened one week after the conference in Lisbon?", "2024-06-28", "2024-07-05"),
    ("What happened the month before the conference?", "2024-05-25", "2024-06-24"),
    ("What happened the month of the conference?", "2024-06-01", "2024-07-01"),
    ("What happened the Friday before the conference?", "2024-06-21", "2024-06-22"),
    ("What happened on the Friday after the conference?", "2024-06-28", "2024-06-29"),
    ("What happened the Monday after the conference?", "2024-07-01", "2024-07-02"),
    ("What happened the weekend before the conference?", "2024-06-22", "2024-06-24"),
    ("What happened the weekend after the conference?", "2024-06-29", "2024-07-01"),
    ("Where did they live the month before they moved?", "2024-06-14", "2024-07-14"),
    ("Where did they eat on the day they moved to Berlin?", "2024-07-14", "2024-07-15"),
    ("Where did they eat the day that she moved to Berlin?", "2024-07-14", "2024-07-15"),
    ("What did Ana eat the same week she moved?", None, None),
    ("What did Ana eat the same week as the move to Berlin?", "2024-07-08", "2024-07-15"),
    ("What did Ana eat the same day as the wedding?", "2024-05-04", "2024-05-05"),
    ("Who sang on the day of the wedding?", "2024-05-04", "2024-05-05"),
    ("Who sang during the wedding?", "2024-05-04", "2024-05-05"),
    ("Who sang at the time of the wedding?", "2024-05-04", "2024-05-05"),
    ("Who sang around the time of the wedding?", "2024-04-20", "2024-05-19"),
    ("Who sang right after the wedding?", "2024-05-04", "2024-05-19"),
    ("Who sang just before the wedding?", "2024-04-20", "2024-05-04"),
    ("Who sang shortly after the wedding?", "2024-05-04", "2024-05-19"),
    ("Who called in the days after the wedding?", "2024-05-04", "2024-05-19"),
    ("Who called in the days leading up to the wedding?", "2024-04-20", "2024-05-04"),
    ("Who called a month after the wedding?", "2024-05-25", "2024-06-15"),
    ("Who called two months before the wedding?", "2024-02-23", "2024-03-15"),
    ("Who called a year after the wedding?", "2025-03-06", "2025-07-05"),
    ("Who called a few days after the wedding?", "2024-05-06", "2024-05-09"),
    ("Who called a couple of weeks after the wedding?", "2024-05-12", "2024-05-25"),
    ("What did Ana read after the surgery?", "2024-03-09", FOREVER[1]),
    ("What has Ana read since the surgery?", "2024-03-09", FOREVER[1]),
    ("What did Ana read before the surgery?", FOREVER[0], "2024-03-09"),
    ("What did Ana read until the surgery?", FOREVER[0], "2024-03-09"),
    ("What did Ana read prior to the surgery?", FOREVER[0], "2024-03-09"),
    ("After the surgery, what did Ana read?", "2024-03-09", FOREVER[1]),
    ("Before the surgery where did Ana work?", FOREVER[0], "2024-03-09"),
    ("Two weeks after the surgery, who came?", "2024-03-20", "2024-03-27"),
    ("What did Ana read ten days into the marathon?", "2024-10-16", "2024-10-17"),
    ("What did Ana eat the day before the marathon?", "2024-10-05", "2024-10-06"),
    ("What did Ana paint between the wedding and the flood?", "2024-05-04", "2024-09-02"),
    ("What did Ana paint between the flood and the wedding?", "2024-05-04", "2024-09-02"),
    ("What broke the week after the flood?", "2024-09-02", "2024-09-09"),
    ("What did Ana do before 3 June 2024?", FOREVER[0], "2024-06-03"),
    ("What did Ana do after May 2024?", "2024-05-01", FOREVER[1]),
    ("What has Ana done since March?", "2024-03-01", FOREVER[1]),
    ("What did Ana do between March and June 2024?", "2024-03-01", "2024-07-01"),
    ("What did Ana do between May 3, 2024 and May 9, 2024?", "2024-05-03", "2024-05-10"),
    ("What did Ana do between August 3 and August 9, 2023?", "2023-08-03", "2023-08-10"),
    ("What did Ana do the Monday before July 24, 2024?", "2024-07-22", "2024-07-23"),
    ("What did Ana do in the week before 16 November 2024?", "2024-11-09", "2024-11-16"),
    ("What did Ana do two days before 3 June 2024?", "2024-06-01", "2024-06-02"),
    ("What did Ana do the day before yesterday?", "2025-01-13", "2025-01-14"),
    ("What did Ana do until last week?", FOREVER[0], "2025-01-06"),
)


@pytest.fixture(scope="module")
def bench() -> Bench:
    bench = make_bench()
    for day, text in SAID:
        bench.add(Message(Role.USER, text, "Ana", at=at(day)))
    return bench


@pytest.mark.parametrize(("question", "first", "last"), EXPRESSIONS)
def test_window_lies_beside_the_event(
    bench: Bench, question: str, first: str | date | None, last: str | date | None
) -> None:
    windows = windows_of(bench, question)

    if first is None or last is None:
        assert not windows
    else:
        window = windows[0]
        assert (window.start.date(), window.end.date()) == (day_of(first), day_of(last))


def test_there_are_enough_expressions() -> None:
    assert len({question for question, _, _ in EXPRESSIONS}) >= 60


@pytest.mark.parametrize(
    "question",
    [
        "What is the difference between the wedding and the conference?",
        "How did Ana choose between tea and the coffee?",
        "How long after the wedding did they move?",
        "How many days before the marathon did Ana move?",
        "Who looks after the wedding dress?",
        "Since when is the conference in Lisbon?",
        "Who drives Ana home after moving?",
        "Who was named after the flood?",
        "Where did Ana live before?",
        "What did Ana do before that?",
        "What does Ana eat before breakfast?",
        "What did Ana do before the eclipse?",
        "Where is the kitchen?",
        "",
    ],
)
def test_no_window_without_a_known_event(bench: Bench, question: str) -> None:
    assert windows_of(bench, question) == ()


def test_nothing_is_looked_for_without_such_words(bench: Bench) -> None:
    question = asked("Where did Ana have her surgery?")
    sought = seek(question, bench.recall)

    assert sought.asked.beside is None
    assert search(question, limit=3, explain=False, kit=bench.recall).hits
    blind = bench.recall._replace(embedder=None)  # type: ignore[arg-type]
    assert anchored(question, sought, kit=blind) is sought


def test_event_is_surer_by_a_fact_than_by_words_than_by_its_telling() -> None:
    bench = make_bench()
    told = at("2024-05-20")
    bench.add(Message(Role.USER, "The flood ruined the kitchen", "Ana", at=told))
    bench.add(Message(Role.USER, "The wedding was yesterday", "Ana", at=told))
    (fact,) = bench.scribe.remember(
        Message(Role.USER, "Ana finished the marathon", "Ana", at=told),
        statement=Statement("Ana", "event", "finished the marathon", is_single=False, extractor="rules"),
        valid_at=at("2024-04-01"),
    )
    assert fact.sources[0].at == told

    by = {
        event: windows_of(bench, f"Who came the day after the {event}?")[0]
        for event in ("marathon", "wedding", "flood")
    }

    exact = CONFIDENCE[Reach.NEXT]
    assert [window.confidence for window in by.values()] == pytest.approx(
        [exact * BY_FACT, exact * BY_WORDS, exact * BY_MESSAGE]
    )
    assert [window.start.date().isoformat() for window in by.values()] == [
        "2024-04-02", "2024-05-20", "2024-05-21",
    ]  # fmt: skip


def test_date_itself_counts_half_of_what_lies_beside_it(bench: Bench) -> None:
    window, told = windows_of(bench, "What did Ana do the day after 3 June 2024?")

    assert (window.start.date(), window.confidence) == (date(2024, 6, 4), CONFIDENCE[Reach.NEXT])
    assert (told.start.date(), told.confidence) == (date(2024, 6, 3), TOLD)


def test_wide_window_counts_less_than_a_narrow_one(bench: Bench) -> None:
    exact, after = (
        windows_of(bench, f"Who called {when} the wedding?")[0].confidence
        for when in ("one day after", "after")
    )

    assert exact > after > 0


def test_event_of_somebody_else_is_no_anchor(bench: Bench) -> None:
    question = asked("Who sang the day after the wedding?", Scope.of(user_id="bob"))

    assert anchored(question, seek(question, bench.recall), kit=bench.recall).asked.windows == ()


def test_what_was_said_in_the_window_is_found_and_explained() -> None:
    bench = make_bench()
    for day, text in SAID:
        bench.add(Message(Role.USER, text, "Ana", at=at(day)))
    for n in range(40):
        day = (at("2024-01-01") + timedelta(days=9 * n)).date().isoformat()
        bench.add(Message(Role.USER, f"Bought bread number {n}", "Ana", at=at(day)))
    bench.add(Message(Role.USER, "Bought blue shoes", "Ana", at=at("2024-08-07")))
    question = asked("What did Ana buy two days before her birthday?")

    hits = search(question, limit=3, explain=True, kit=bench.recall)

    (shoes,) = (hit for hit in hits if hit.memory.text == "Bought blue shoes")
    (dated,) = (part for part in shoes.parts if part.signal is Signal.DATE)
    assert dated.normalised == pytest.approx(BY_WORDS)


def windows_of(bench: Bench, text: str) -> tuple[Window, ...]:
    question = asked(text)
    return anchored(question, seek(question, bench.recall), kit=bench.recall).asked.windows


def asked(text: str, scope: Scope = ANA) -> Question:
    return Question(text, scope, View(ASKED_AT), ASKED_AT)


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T15:00:00+00:00")


def day_of(day: str | date) -> date:
    return date.fromisoformat(day) if isinstance(day, str) else day
