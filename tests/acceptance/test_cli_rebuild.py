"""``holdfast rebuild``: shown, asked for, switched, interrupted, refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.acceptance.terminal import holdfast
from tests.contract import model_servers
from tests.loopback import serve
from tests.unit.scripts import home, reply

pytestmark = [pytest.mark.facts, pytest.mark.loopback]


@pytest.fixture(autouse=True)
def said() -> None:
    holdfast("add", "I live in Rome", "--name", "Ana")
    holdfast("add", "I like tea", "--name", "Ana")


def facts() -> list[str]:
    found = holdfast("list", "--json", "--filter", "kind=semantic").document["memories"]
    return sorted(each["text"] for each in found)


def test_without_a_yes_nothing_is_changed() -> None:
    before = facts()
    with (
        serve(model_servers.ollama(lambda _: json.dumps(reply()))) as server,
        pytest.MonkeyPatch.context() as on,
    ):
        on.setenv("OLLAMA_HOST", server.url)
        answer = holdfast("rebuild", "--with", "ollama:tiny")

        assert answer.code == 0
        assert [line.split("\t")[0] for line in answer.out.splitlines()][:2] == ["dropped", "dropped"]
        assert "nothing was changed" in answer.err
        assert facts() == before

        switched = holdfast("rebuild", "--with", "ollama:tiny", "--switch", "--json").document
        assert (switched["dropped"], switched["switched"], facts()) == (2, True, [])
        assert switched["usage"]["input_tokens"] > 0

    (change_id,) = switched["change_ids"]
    assert holdfast("undo", change_id).code == 0
    assert facts() == before


def test_comparison_is_drawn_on_a_terminal_and_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(model_servers.ollama(lambda _: json.dumps(reply(home("ADD", "Oslo"))))) as server:
        monkeypatch.setenv("OLLAMA_HOST", server.url)
        shown = holdfast("rebuild", "--with", "ollama:tiny", terminal=80)

    assert "added" in shown.out
    assert "Ana lives in Oslo" in shown.out
    assert "Ana lives in Oslo" not in facts()


def test_reader_must_be_named() -> None:
    answer = holdfast("rebuild", "--json")

    assert (answer.code, answer.error["code"]) == (3, "no_reader")


def test_session_of_a_user_is_refused() -> None:
    answer = holdfast("rebuild", "--with", "rules", "--user", "ana", "--session", "s1", "--json")

    assert (answer.code, answer.error["code"]) == (3, "session_has_owner")


def test_unknown_model_and_missing_store_are_refused(tmp_path: Path) -> None:
    assert holdfast("rebuild", "--with", "nobody", "--json").error["code"] == "unknown_model"
    answer = holdfast("rebuild", "--with", "rules", "--db", str(tmp_path / "no.db"), "--json")
    assert (answer.code, answer.error["code"]) == (4, "store_not_found")


def test_whole_store_and_discard(monkeypatch: pytest.MonkeyPatch) -> None:
    holdfast("add", "I live in Oslo", "--user", "ben", "--tenant", "acme")
    assert holdfast("rebuild", "--with", "rules", "--everything", "--json").document["episodes"] == 3
    assert holdfast("rebuild", "--with", "rules", "--json").document["episodes"] == 2
    with serve(model_servers.ollama(lambda _: json.dumps(reply()))) as server:
        monkeypatch.setenv("OLLAMA_HOST", server.url)
        holdfast("rebuild", "--with", "ollama:tiny")

    assert holdfast("rebuild", "--discard", "--json").document == {"discarded": 1}
    assert holdfast("rebuild", "--discard", "--json").document == {"discarded": 0}
