import json
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.speed import adding, jobs, report, searching
from benchmarks.speed.corpus import FUNCTION_WORDS, Corpus, Said
from benchmarks.speed.progress import Progress
from benchmarks.speed.report import Figure
from benchmarks.speed.stores import Stores


def test_corpus_says_the_same_in_every_run() -> None:
    first, second = Corpus(), Corpus()
    assert first.messages(50) == second.messages(50)
    assert first.question(Said("Ana", "A red bicycle.")) == second.question(Said("Ana", "A red bicycle."))


def test_corpus_has_the_lengths_and_the_frequent_words_of_talk() -> None:
    messages = Corpus().messages(5_000)
    words = Counter(word for said in messages for word in said.text.lower().rstrip(".").split())
    frequent = sum(words[word] for word in FUNCTION_WORDS) / words.total()
    assert len(set(FUNCTION_WORDS)) == 100
    assert sum(len(said.text) for said in messages) / len(messages) == pytest.approx(106, abs=3)
    assert frequent == pytest.approx(0.5, abs=0.03)


def test_question_shares_words_with_its_message() -> None:
    corpus = Corpus()
    for said in corpus.messages(20):
        content = set(said.text.lower().rstrip(".").split()) - set(FUNCTION_WORDS)
        asked = set(corpus.question(said).rstrip("?").split())
        assert len(content & asked) >= min(2, len(content))


@pytest.mark.parametrize(
    ("measured", "bar", "more_is_better", "verdict"),
    [
        (2.0, 2.0, False, "ok"),
        (2.1, 2.0, False, "MISSED"),
        (2.1, 2.0, True, "ok"),
        (1.9, 2.0, True, "MISSED"),
        (1.9, None, False, ""),
    ],
)
def test_verdict_compares_with_the_bar(
    measured: float,
    bar: float | None,
    more_is_better: bool,  # noqa: FBT001 (pytest gives it by name)
    verdict: str,
) -> None:
    figure = Figure("group", "name", measured, "ms", bar=bar, more_is_better=more_is_better)
    assert figure.verdict == verdict
    assert bool(report.missed([figure])) == (verdict == "MISSED")


def test_table_shows_measured_floor_ratio_and_bar(capsys: pytest.CaptureFixture[str]) -> None:
    report.print_table([Figure("add", "p50", 3.0, "ms", 1.5, "flush", 3.25)])
    line = next(line for line in capsys.readouterr().out.splitlines() if "p50" in line)
    assert line.split() == ["p50", "3.00", "ms", "flush", "1.50", "2.00", "x", "≤", "3.25", "ok"]


def test_quick_measurements_give_figures_that_json_can_hold(tmp_path: Path) -> None:
    with Progress() as progress:
        stores = Stores(tmp_path, progress)
        figures = [*adding.measure_flushes(tmp_path, 5)]
        figures += jobs.measure(stores, progress, quick=True)
        figures += searching.measure_case(searching.Case(200, 100, 3, ((50, None),)), stores, progress)
    found = json.loads(json.dumps(report.to_json(figures)))
    assert found["figures"][0]["name"] == "flushes of a commit, median"
    assert found["figures"][0]["is_met"]
    assert all(figure["measured"] > 0 for figure in found["figures"])
