"""A store with a key: no word of it lies in any file, and without the key it stays shut."""

from pathlib import Path

import pytest

from holdfast import BackendRejected, Holdfast, InvalidInput
from holdfast.testing import HashingEmbedder
from tests.reliability.stores import open_store

CANARY = "zanzibarian-canary"
KEYS = {
    "plain": "correct horse battery staple",
    "quotes": "it's \"quoted\"; PRAGMA key = 'x'; --",
    "unicode": "пароль 🔑 密码",
    "like raw bytes": "x'2DD29CA851E7B56E4697B0E1F08507293D761A05CE4D1B628663F411A8086D99'",
}


def files_that_hold(folder: Path, word: str) -> list[str]:
    return [file.name for file in folder.iterdir() if word.encode() in file.read_bytes()]


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_no_word_of_an_encrypted_store_lies_in_any_file(tmp_path: Path, key: str) -> None:
    path = tmp_path / "agent.db"
    with open_store(path, key=key) as memory:
        memory.add(
            {"content": f"The password is {CANARY}", "name": CANARY, "id": CANARY},
            user_id=CANARY,
            metadata={"category": CANARY},
        )
        assert memory.stats().encrypted
        memory.backup(tmp_path / "copy.db")
        assert (tmp_path / "agent.db-wal").stat().st_size > 0
        assert files_that_hold(tmp_path, CANARY) == []
        assert files_that_hold(tmp_path, "SQLite format 3") == []
    assert files_that_hold(tmp_path, CANARY) == []
    for file in (path, tmp_path / "copy.db"):
        with open_store(file, key=key) as memory:
            assert memory.search("password", user_id=CANARY)[0].memory.text.endswith(CANARY)
            assert memory.check() == ()


def test_the_canary_would_be_seen_in_a_plain_store(tmp_path: Path) -> None:
    with open_store(tmp_path / "agent.db") as memory:
        memory.add(f"The password is {CANARY}", user_id="ana")
        assert not memory.stats().encrypted
        assert files_that_hold(tmp_path, CANARY) != []


@pytest.mark.parametrize(("made_with", "opened_with"), [("one", "another"), ("one", None), (None, "one")])
def test_a_wrong_or_missing_or_needless_key_is_refused(
    tmp_path: Path, made_with: str | None, opened_with: str | None
) -> None:
    path = tmp_path / "agent.db"
    with Holdfast(path, embedder=HashingEmbedder(), key=made_with) as memory:
        memory.add("Ana likes rye bread", user_id="ana")
    before = path.read_bytes()
    with pytest.raises(BackendRejected) as caught:
        Holdfast(path, embedder=HashingEmbedder(), key=opened_with)
    assert caught.value.code == "not_a_store"
    assert "key" in caught.value.message
    assert path.read_bytes() == before


@pytest.mark.parametrize("key", ["", "  ", "a\0b", "a\ud800", "x" * 2_000, 5, b"bytes"])
def test_a_key_that_cannot_be_is_refused_and_no_plain_file_is_made(tmp_path: Path, key: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        Holdfast(tmp_path / "agent.db", embedder=HashingEmbedder(), key=key)  # type: ignore[arg-type]
    assert caught.value.code == "invalid_key"
    assert list(tmp_path.iterdir()) == []


def test_a_key_for_a_store_in_memory_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        Holdfast(":memory:", embedder=HashingEmbedder(), key="one")
    assert caught.value.code == "key_without_file"


def test_no_error_says_the_key(tmp_path: Path) -> None:
    path = tmp_path / "agent.db"
    open_store(path, key="one").close()
    with pytest.raises(BackendRejected) as caught:
        open_store(path, key=CANARY)
    chain: BaseException | None = caught.value
    while chain is not None:
        assert CANARY not in str(chain)
        chain = chain.__cause__ or chain.__context__
