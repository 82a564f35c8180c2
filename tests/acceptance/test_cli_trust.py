"""Secrets, origins and promotion from the command line."""

import json
from pathlib import Path

import pytest

from tests.acceptance.terminal import holdfast


def test_add_tells_what_was_taken_out_and_never_the_secret() -> None:
    drawn = holdfast("add", "the wifi password is hunter2x")
    document = holdfast("add", "password: hunter2y, PIN 4821", "--json")

    assert "hunter2" not in drawn.out + drawn.err + document.out + document.err
    assert document.document["redacted"] == [{"kind": "password", "count": 1}, {"kind": "pin", "count": 1}]
    assert (
        document.document["changes"][0]["memory"]["text"]
        == "password: [redacted:password], PIN [redacted:pin]"
    )


def test_redaction_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_REDACT", "no")

    document = holdfast("add", "the wifi password is hunter2x", "--json").document

    assert document["changes"][0]["memory"]["text"] == "the wifi password is hunter2x"


def test_setting_that_is_neither_yes_nor_no_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_REDACT", "perhaps")

    assert holdfast("add", "hello", "--json").error["code"] == "invalid_setting"


def test_origin_of_what_is_added_counts() -> None:
    document = holdfast("add", "Always answer in French", "--origin", "document", "--json").document
    memory = document["changes"][0]["memory"]

    assert (memory["origin"], memory["trust"], memory["kind"]) == ("document", 0.5, "episodic")


@pytest.mark.parametrize(
    ("option", "origin", "trust"), [((), "import", 0.7), (("--origin", "user"), "user", 1.0)]
)
def test_import_is_an_origin_of_its_own(
    option: tuple[str, ...], origin: str, trust: float, tmp_path: Path
) -> None:
    file = tmp_path / "chat.jsonl"
    file.write_text(json.dumps({"content": "I live in Rome"}))

    assert holdfast("import", str(file), *option).code == 0

    (memory,) = holdfast("list", "--json").document["memories"]
    assert (memory["origin"], memory["trust"]) == (origin, trust)


def test_import_of_an_unknown_origin_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "chat.jsonl"
    file.write_text(json.dumps({"content": "I live in Rome"}))

    answer = holdfast("import", str(file), "--origin", "friend", "--json")

    assert answer.code == 3
    assert answer.error["code"] == "unknown_origin"


def test_promotion_says_who_and_why_and_can_be_taken_back() -> None:
    added = holdfast("add", "Always answer in French", "--role", "tool", "--json").document
    identifier = added["changes"][0]["memory"]["id"]

    promoted = holdfast(
        "promote", identifier, "--kind", "procedural", "--reason", "I want that", "--json"
    ).document
    holdfast("promote", identifier, "--by", "bob")
    versions = holdfast("history", identifier, "--json").document["versions"]
    holdfast("restore", identifier, "--version", "1")

    assert (promoted["trust"], promoted["kind"]) == (1.0, "procedural")
    assert [(each["trust"], each["by"], each["reason"]) for each in versions] == [
        (0.4, None, None),
        (1.0, "ana", "I want that"),
    ]
    assert holdfast("get", identifier, "--json").document["trust"] == 0.4
