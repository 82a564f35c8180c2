"""The commands that travel in time and take changes back, as a person or a program uses them."""

from datetime import UTC, datetime

import pytest

from tests.acceptance.terminal import holdfast


def add(text: str) -> dict[str, str]:
    change = holdfast("add", text, "--user", "ana", "--json").document["changes"][0]
    return {"id": change["memory"]["id"], "change": change["id"]}


def texts(*arguments: str) -> list[str]:
    found = holdfast("list", "--user", "ana", "--json", *arguments).document
    return [memory["text"] for memory in found["memories"]]


def now() -> str:
    return datetime.now(UTC).isoformat()


def test_reads_are_as_of_an_earlier_time() -> None:
    note = add("the key lies under the mat")
    then = now()
    holdfast("update", note["id"], "--text", "the key hangs on the wall")
    add("it rains")

    assert texts() == ["it rains", "the key hangs on the wall"]
    assert texts("--as-of", then) == ["the key lies under the mat"]
    found = holdfast("search", "key", "mat", "--user", "ana", "--as-of", then, "--json").document
    assert [hit["memory"]["text"] for hit in found["hits"]] == ["the key lies under the mat"]
    assert holdfast("get", note["id"], "--as-of", then, "--json").document["version"] == 1
    assert "under the mat" in holdfast("context", "key", "--user", "ana", "--as-of", then).out
    assert texts("--as-of", "1d") == []
    assert holdfast("get", note["id"], "--as-of", "1d").code == 4
    assert holdfast("list", "--as-of", "2999-01-01", "--user", "ana").code == 3
    why = holdfast("why-not", note["id"], "key", "--user", "ana", "--as-of", "1h", "--json").document
    assert why["reason"] == "not_known_then"


def test_diff_shows_steps_and_pages() -> None:
    since = now()
    note = add("the key lies under the mat")
    holdfast("update", note["id"], "--text", "the key hangs on the wall", "--reason", "tidied up")
    holdfast("delete", note["id"])

    shown = holdfast("diff", "--from", since, "--user", "ana", "--json").document
    assert [(step["kind"], step["memory"]["text"]) for step in shown["steps"]] == [
        ("created", "the key lies under the mat"),
        ("updated", "the key hangs on the wall"),
        ("deleted", "the key hangs on the wall"),
    ]
    assert shown["steps"][1]["before"]["text"] == "the key lies under the mat"
    first = holdfast("diff", "--from", "1h", "--user", "ana", "--limit", "2", "--json").document
    rest = holdfast("diff", "--from", "1h", "--user", "ana", "--after", first["after"], "--json").document
    assert first["steps"] + rest["steps"] == shown["steps"]
    lines = holdfast("diff", "--from", since, "--user", "ana").out.splitlines()
    assert [line.split("\t")[0] for line in lines] == ["created", "updated", "deleted"]
    assert lines[1].split("\t")[4:] == ["the key hangs on the wall", "the key lies under the mat"]
    empty = holdfast("diff", "--from", now(), "--to", "2999-01-01", "--user", "ana")
    assert (empty.code, empty.out) == (0, "")
    assert "nothing changed" in empty.err
    assert holdfast("diff", "--from", "2026-01-02", "--to", "2026-01-01", "--user", "ana").code == 3


def test_undo_takes_a_change_back_and_says_how_to_take_back_that() -> None:
    note = add("the key lies under the mat")

    undone = holdfast("undo", note["change"], "--reason", "no mat", "--json").document

    assert (undone["undone"], texts()) == (note["change"], [])
    again = holdfast("undo", note["change"], "--json")
    assert (again.code, again.error["code"]) == (5, "changed_since")
    assert holdfast("undo", undone["change_id"]).code == 0
    assert texts() == ["the key lies under the mat"]
    history = holdfast("history", note["id"], "--json").document["versions"]
    assert [version["change_id"] for version in history] == [f"{note['id']}:{n}" for n in (1, 2, 3)]
    assert note["change"] in holdfast("history", note["id"]).out
    assert holdfast("undo", "nonsense").code == 3
    assert holdfast("undo", f"{note['id']}:9").code == 4


@pytest.mark.facts
def test_add_tells_the_change_of_a_fact_and_undo_opens_what_it_closed() -> None:
    since = now()
    holdfast("add", "I live in Rome with my dog", "--user", "ana")
    moved = holdfast("add", "I moved to Oslo today with my dog", "--user", "ana", "--json").document["facts"][
        0
    ]

    done = holdfast("undo", moved["id"])

    assert done.code == 0
    assert {line.split("\t")[3] for line in done.out.splitlines()} == {"deleted", "stands"}
    steps = holdfast("diff", "--from", since, "--user", "ana", "--json").document["steps"]
    superseded = next(step for step in steps if step["kind"] == "superseded")
    assert superseded["by"]["text"].endswith("lives in Oslo")
    assert superseded["change_id"] == moved["id"]
