"""Exports, backups, imports and the doctor from the command line."""

import json
from pathlib import Path

import pytest

from tests.acceptance.terminal import holdfast

LINES = (
    '{"role": "user", "name": "Ana", "content": "I moved to Berlin", "id": "m1", "at": "2026-03-01"}\n'
    '{"role": "assistant", "content": "How is it there?", "session_id": "s1"}\n'
    '{"content": "   "}\n'
    "\n"
    '{"content": "Loud, but I like it", "mood": "good", "user_id": "bob"}\n'
)


@pytest.fixture
def filled() -> None:
    """A store with a history, a link, a deleted memory and two tenants."""
    first = add("I live in Bonn", "--tag", "home", "--at", "2026-01-01")
    second = add("I live in Kiel", "--session", "s1", "--expires", "30d")
    add("of another tenant", "--tenant", "acme")
    holdfast("update", first, "--text", "I lived in Bonn", "--reason", "moved")
    holdfast("relate", second, "supersedes", first)
    holdfast("delete", add("a joke"))


def add(text: str, *options: str) -> str:
    identifier: str = holdfast("add", text, "--json", *options).document["changes"][0]["memory"]["id"]
    return identifier


def test_an_export_loaded_elsewhere_exports_the_same(filled: None, tmp_path: Path) -> None:
    exported = holdfast("export", "a.jsonl", "--json").document
    loaded = holdfast("load", "a.jsonl", "--db", "other.db", "--json").document
    holdfast("export", "b.jsonl", "--db", "other.db")

    assert exported == {"path": "a.jsonl", "records": loaded["records"]}
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()


def test_loading_twice_adds_nothing(filled: None) -> None:
    holdfast("export", "a.jsonl")

    assert holdfast("load", "a.jsonl", "--db", "other.db", "--json").document["records"] > 0
    assert holdfast("load", "a.jsonl", "--db", "other.db", "--json").document["records"] == 0


def test_an_export_of_one_tenant_leaves_the_others_out(filled: None, tmp_path: Path) -> None:
    holdfast("export", "acme.jsonl", "--tenant", "acme")

    text = (tmp_path / "acme.jsonl").read_text(encoding="utf-8")
    assert "of another tenant" in text
    assert "Kiel" not in text


def test_a_broken_line_of_an_export_is_named_and_the_rest_is_kept(filled: None, tmp_path: Path) -> None:
    holdfast("export", "a.jsonl")
    with (tmp_path / "a.jsonl").open("a", encoding="utf-8") as file:
        file.write("{broken\n")

    answer = holdfast("load", "a.jsonl", "--db", "other.db", "--json")

    assert (answer.code, answer.error["code"]) == (3, "invalid_export")
    assert "line " in answer.error["message"]


def test_a_backup_is_a_store(filled: None) -> None:
    answer = holdfast("backup", "copy.db", "--json").document

    assert set(answer) == {"path", "bytes"}
    assert holdfast("list", "--db", "copy.db").out == holdfast("list").out
    assert holdfast("doctor", "--db", "copy.db").code == 0


def test_reindex_changes_the_encoder(filled: None) -> None:
    answer = holdfast("reindex", "--embedder", "minilm", "--json").document

    assert answer["memories"] > 0
    assert answer["embedder"].startswith("minilm@")
    assert holdfast("search", "Kiel", "--embedder", "minilm").code == 0
    assert holdfast("reindex", "--embedder", "minilm", "--json").document["memories"] == 0


def test_stats_count_what_is_there(filled: None) -> None:
    numbers = holdfast("stats", "--json").document

    assert (numbers["memories"], numbers["deleted"], numbers["relations"]) == (3, 1, 1)
    assert set(numbers["embedder"]) == {"id", "revision", "dimension"}
    assert numbers["path"].endswith("memory.db")


def test_a_sound_store_passes_the_doctor(filled: None) -> None:
    answer = holdfast("doctor", "--json")

    assert answer.code == 0
    assert (answer.document["ok"], answer.document["faults"]) == (True, [])
    assert answer.document["stats"]["memories"] == 3
    assert holdfast("doctor").out.endswith("ok\tyes\n")
    assert "all is well" in holdfast("doctor", terminal=80).out


@pytest.mark.parametrize("start", [0, 20, 5_000, 40_000])
def test_a_damaged_file_fails_the_doctor(filled: None, start: int, tmp_path: Path) -> None:
    holdfast("backup", "damaged.db")
    data = bytearray((tmp_path / "damaged.db").read_bytes())
    data[start : start + 20_000] = bytes(range(250)) * 80
    (tmp_path / "damaged.db").write_bytes(data)

    answer = holdfast("doctor", "--db", "damaged.db", "--json")

    assert answer.code == 9
    assert answer.document["ok"] is False
    assert answer.document["faults"]


def test_the_doctor_notices_another_encoder(filled: None) -> None:
    answer = holdfast("doctor", "--embedder", "minilm", "--json")

    assert answer.code == 9
    assert "reindex" in answer.document["faults"][0]


def test_importing_the_same_file_twice_adds_nothing(tmp_path: Path) -> None:
    (tmp_path / "chat.jsonl").write_text(LINES, encoding="utf-8")

    first = holdfast("import", "chat.jsonl", "--json").document
    second = holdfast("import", "chat.jsonl", "--json").document

    assert first == {
        "path": "chat.jsonl",
        "format": "messages",
        "messages": 3,
        "new": 3,
        "known": 0,
        "skipped": 1,
        "episodes": 3,
        "memories": 3,
        "ignored_keys": ["mood"],
    }
    assert (second["new"], second["known"], second["episodes"]) == (0, 3, 0)


def test_the_user_of_a_line_counts_unless_one_is_named(tmp_path: Path) -> None:
    (tmp_path / "chat.jsonl").write_text(LINES, encoding="utf-8")

    holdfast("import", "chat.jsonl")
    holdfast("import", "chat.jsonl", "--user", "zoe", "--tenant", "other", "--tag", "chat")

    assert "Loud" in holdfast("list", "--user", "bob").out
    memories = holdfast("list", "--user", "zoe", "--tenant", "other", "--json").document["memories"]
    assert len(memories) == 3
    assert {tuple(memory["metadata"]["tags"]) for memory in memories} == {("chat",)}


def test_a_dry_run_shows_and_stores_nothing(tmp_path: Path, own_home: Path) -> None:
    (tmp_path / "chat.jsonl").write_text(LINES, encoding="utf-8")

    document = holdfast("import", "chat.jsonl", "--dry-run", "--json").document

    assert document["dry_run"] is True
    assert document["messages"] == 3
    assert [scope["user_id"] for scope in document["scopes"]] == ["ana", "ana", "bob"]
    assert document["first"][0]["content"] == "I moved to Berlin"
    assert "3 would be imported" in holdfast("import", "chat.jsonl", "--dry-run").out
    assert not (own_home / "memory.db").exists()


def test_a_bad_line_is_named_and_what_stood_before_it_is_kept(tmp_path: Path) -> None:
    (tmp_path / "chat.jsonl").write_text(
        f'{LINES}{{"content": 7}}\n{{"content": "later"}}\n', encoding="utf-8"
    )

    answer = holdfast("import", "chat.jsonl")

    assert answer.code == 3
    assert "chat.jsonl, line 6: " in answer.err
    assert "what stood before it is imported (messages: 3)" in answer.err
    assert holdfast("stats", "--json").document["messages"] == 3


@pytest.mark.parametrize(
    ("content", "options", "code", "name"),
    [
        (b"\x00\x01binary", (), 3, "not_importable"),
        ("text".encode("utf-16"), (), 3, "not_importable"),
        (b"caf\xe9", (), 3, "invalid_import"),
        (b"", (), 3, "empty_file"),
        (b" \n\n", (), 3, "empty_file"),
        (b'{"format":"holdfast-export","version":1}\n', (), 3, "not_importable"),
        (b"{broken}\n", (), 3, "invalid_import"),
        (b'[{"id": "c", "sessions": [}]', (), 3, "invalid_import"),
        (b"[1, 2]", ("--format", "conversations"), 3, "invalid_import"),
        (b"hello", ("--format", "word"), 3, "unknown_format"),
        (b"hello", ("--split",), 3, "nothing_to_split"),
        (b"hello", ("--at", "soon"), 3, "invalid_instant"),
        (b"x" * 1_048_577, (), 6, "text_too_long"),
    ],
)
def test_a_file_that_cannot_be_imported_has_a_code(
    content: bytes, options: tuple[str, ...], code: int, name: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(content)

    answer = holdfast("import", "file", "--json", *options)

    assert (answer.code, answer.error["code"]) == (code, name)


def test_a_folder_cannot_be_imported() -> None:
    assert holdfast("import", ".", "--json").error["code"] == "file_unusable"


def test_each_conversation_may_be_a_user(tmp_path: Path) -> None:
    conversations = [
        {"id": f"c/{name}", "sessions": [{"id": 1, "at": "2026-01-01", "messages": [{"content": name}]}]}
        for name in ("one", "two")
    ]
    (tmp_path / "all.json").write_text(json.dumps(conversations), encoding="utf-8")

    holdfast("import", "all.json", "--split")
    holdfast("import", "all.json")

    assert "one" in holdfast("list", "--user", "c-one").out
    assert [memory["scope"]["session_id"] for memory in holdfast("list", "--json").document["memories"]] == [
        "c/two/1",
        "c/one/1",
    ]
