"""The rules hold the quality that is published, on statements that they were not tuned on."""

import pytest

from benchmarks.quality.formation.generate import FILE, render
from benchmarks.quality.formation.score import Score, load, run, score


@pytest.fixture(scope="module")
def unused_half() -> Score:
    return score(run(load("second")))


@pytest.mark.parametrize(
    ("figure", "least"),
    [
        ("macro_f1", 0.90),
        ("fact_precision", 0.95),
        ("fact_recall", 0.90),
        ("dates", 0.99),
        ("quiet_chat", 0.99),
    ],
)
def test_unused_half_is_understood(unused_half: Score, figure: str, least: float) -> None:
    assert getattr(unused_half, figure) >= least


def test_file_is_what_the_generator_makes() -> None:
    assert FILE.read_text(encoding="utf-8") == render()


def test_halves_share_no_statement_that_tells_something() -> None:
    told = [
        {line["text"] for line in load(half) if line["gold"] and line["kind"] != "assistant"}
        for half in ("first", "second")
    ]

    assert min(len(texts) for texts in told) > 500
    assert len(told[0] & told[1]) <= 0.02 * min(len(texts) for texts in told)
