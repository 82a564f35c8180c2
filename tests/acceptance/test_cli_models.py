"""A language model on the command line: named, asked, away, and put right."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.acceptance.terminal import Answer, holdfast
from tests.contract import model_servers
from tests.loopback import serve
from tests.unit.scripts import home, reply

pytestmark = [pytest.mark.facts, pytest.mark.loopback]

ROME = ("add", "I live in Rome", "--name", "Ana", "--at", "2026-01-05")
GONE = "http://127.0.0.1:9"


@contextmanager
def ollama(monkeypatch: pytest.MonkeyPatch, said: object) -> Iterator[None]:
    """A server that answers so to everything, as the model that is configured."""
    with serve(model_servers.ollama(lambda _: json.dumps(said))) as server:
        monkeypatch.setenv("OLLAMA_HOST", server.url)
        monkeypatch.setenv("HOLDFAST_MODEL", "ollama:tiny")
        yield


def add_while_away(monkeypatch: pytest.MonkeyPatch, *options: str) -> Answer:
    monkeypatch.setenv("OLLAMA_HOST", GONE)
    return holdfast(*ROME, "--model", "ollama:tiny", *options)


def test_add_tells_the_facts_of_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    with ollama(monkeypatch, reply(home("ADD", "Rome"))):
        lines = holdfast(*ROME).out.splitlines()
        document = holdfast("add", "Rome it is", "--name", "Ana", "--json").document

    assert [line.split("\t")[::2] for line in lines] == [
        ["ADD", "I live in Rome"],
        ["ADD", "Ana lives in Rome"],
    ]
    assert (document["status"], document["facts"][0]["event"], document["cost"]) == ("done", "NONE", 0.0)
    assert document["usage"]["input_tokens"] > 0
    assert document["waiting_for"] is None


def test_model_that_is_away_stops_no_add_and_a_hint_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer = add_while_away(monkeypatch)

    assert answer.code == 0
    assert answer.out.split("\t")[2].strip() == "I live in Rome"
    assert "has still to read it" in answer.err
    assert "'holdfast worker' tries again" in answer.err
    assert holdfast("search", "Rome").out.strip().endswith("I live in Rome")


def test_status_of_what_is_still_to_be_read_is_processing(monkeypatch: pytest.MonkeyPatch) -> None:
    document = add_while_away(monkeypatch, "--json").document

    assert (document["status"], document["waiting_for"]["code"]) == ("processing", "model_unreachable")


def test_worker_has_the_model_read_what_was_left_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    added = add_while_away(monkeypatch, "--no-wait")
    with ollama(monkeypatch, reply(home("ADD", "Rome"))):
        ran = holdfast("worker", "--once").out.splitlines()

    assert "run 'holdfast worker'" in added.err
    assert [line.split("\t")[:2] for line in ran if "extract" in line] == [["done", "extract"]]
    assert "Ana lives in Rome" in holdfast("list").out


def test_rules_read_on_request_what_waits_for_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    add_while_away(monkeypatch, "--no-wait")

    assert holdfast("worker", "--once", "--model", "rules").code == 0
    assert "Ana lives in Rome" in holdfast("list").out


def test_doctor_finds_the_model_and_its_context(monkeypatch: pytest.MonkeyPatch) -> None:
    with ollama(monkeypatch, reply()):
        holdfast("add", "I like tea")
        answer, document = holdfast("doctor"), holdfast("doctor", "--json").document

    assert answer.code == 0
    assert "model\tollama:tiny, reachable, 8,192 tokens of context" in answer.out
    assert (document["model"]["reachable"], document["model"]["pending"]) == (True, 0)


def test_doctor_says_why_the_model_is_not_there_and_what_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    add_while_away(monkeypatch)

    answer = holdfast("doctor", "--model", "ollama:tiny")

    assert answer.code == 9
    assert "model\tollama:tiny, not reachable" in answer.out
    assert "to be read\t1 waiting, 0 dead" in answer.out
    assert "last error\tmodel_unreachable:" in answer.out
    assert "fault\tthe language model ollama:tiny cannot be asked:" in answer.out


def test_doctor_says_that_jobs_wait_for_a_model_that_nobody_configured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add_while_away(monkeypatch, "--no-wait")

    answer = holdfast("doctor")

    assert "model\tnone: rules derive facts" in answer.out
    assert "none is configured: set HOLDFAST_MODEL" in answer.out


def test_stats_tell_what_the_model_took(monkeypatch: pytest.MonkeyPatch) -> None:
    with ollama(monkeypatch, reply()):
        holdfast("add", "I like tea")

    document = holdfast("stats", "--json").document
    (day,) = document["spending"]
    assert (day["model"], day["calls"], day["cost_usd"]) == ("ollama:tiny", 1, 0.0)
    assert "model use\t" in holdfast("stats").out


def test_import_leaves_reading_to_a_worker(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    with open("chat.txt", "w", encoding="utf-8") as file:  # noqa: PTH123 (the working folder of the test)
        file.write("I live in Rome\n")
    monkeypatch.setenv("OLLAMA_HOST", GONE)

    answer = holdfast("import", "chat.txt", "--model", "ollama:tiny")

    assert (answer.code, "'holdfast worker' does them" in answer.err) == (0, True)
    assert "pending\t1" in holdfast("jobs").out


def test_name_that_no_model_has_is_told_and_stops_no_add() -> None:
    answer = holdfast(*ROME, "--model", "nobody:knows")

    assert answer.code == 0
    assert "names no model" in answer.err
