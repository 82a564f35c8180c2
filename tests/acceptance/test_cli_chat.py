"""A chat with a model that remembers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.acceptance.terminal import holdfast
from tests.contract import model_servers
from tests.loopback import Loopback, serve
from tests.unit.scripts import home, reply

pytestmark = [pytest.mark.facts, pytest.mark.loopback]

INSTRUCTED = "long-term memory of an assistant"


@contextmanager
def ollama(monkeypatch: pytest.MonkeyPatch, answer: Callable[[str], str]) -> Iterator[Loopback]:
    """A server that answers questions so, and finds that Ana lives in Rome when it is to derive facts."""

    def say(request: object) -> str:
        given = json.dumps(request, default=str)
        return json.dumps(reply(home("ADD", "Rome"))) if INSTRUCTED in given else answer(given)

    with serve(model_servers.ollama(say)) as server:
        monkeypatch.setenv("OLLAMA_HOST", server.url)
        monkeypatch.setenv("HOLDFAST_MODEL", "ollama:tiny")
        yield server


def memories() -> list[tuple[str, str, str]]:
    listed = holdfast("list", "--json").document["memories"]
    return sorted((each["origin"], each["kind"], each["text"]) for each in listed)


def test_both_sides_are_stored_and_facts_come_from_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    with ollama(monkeypatch, lambda _: "Rome is lovely"):
        answer = holdfast("chat", stdin=b"I live in Rome\n\n/quit\nnever asked\n")

    assert (answer.code, answer.out) == (0, "Rome is lovely\n")
    assert memories() == [
        ("assistant", "episodic", "Rome is lovely"),
        ("derived", "semantic", "Ana lives in Rome"),
        ("user", "episodic", "I live in Rome"),
    ]


def test_what_is_recalled_is_shown_and_given_and_not_learned_again(monkeypatch: pytest.MonkeyPatch) -> None:
    holdfast("add", "I am allergic to shellfish", "--no-infer")
    asked: list[str] = []

    def answer(request: str) -> str:
        asked.append(request)
        return "No prawns then"

    with ollama(monkeypatch, answer):
        told = holdfast("chat", stdin=b"What should I not eat?\nAnd why?\n")

    assert (told.code, told.out) == (0, "No prawns then\nNo prawns then\n")
    assert "recalled: user: I am allergic to shellfish" in told.err
    assert "I am allergic to shellfish" in asked[0]
    assert "What should I not eat?" in asked[1]
    texts = [text for _, _, text in memories()]
    assert texts.count("I am allergic to shellfish") == 1


def test_question_that_is_not_answered_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", "http://127.0.0.1:9")

    answer = holdfast("chat", "--model", "ollama:tiny", stdin=b"I live in Rome\n")

    assert (answer.code, answer.out) == (8, "")
    assert "127.0.0.1:9" in answer.err
    assert memories() == [("user", "episodic", "I live in Rome")]


def test_without_a_model_one_line_says_how_to_get_one() -> None:
    answer = holdfast("chat", stdin=b"hello\n")

    assert (answer.code, answer.out) == (3, "")
    assert answer.err.count("\n") == 1
    assert "--model ollama:llama3.2" in answer.err
