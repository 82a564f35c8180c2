"""Secrets reach nothing that lasts: they are taken out before anything is stored, indexed or sent."""

import json
from collections.abc import Sequence
from pathlib import Path
from time import process_time

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast import Holdfast, InvalidInput
from holdfast.domain.decision import Redaction
from holdfast.formation.redaction.find import find
from holdfast.formation.redaction.redactor import Redactor
from holdfast.formation.redaction.rules import RULES
from holdfast.formation.redaction.signs import SIGNS, may_hold_a_secret
from holdfast.importers import Defaults, import_file
from holdfast.testing import HashingEmbedder, open_in_memory
from tests.security.secret_texts import ORDINARY, SECRETS, drawn

KEY = "AKIA" + drawn(14, "ABCDEFGHIJKLMNOP").upper()[:14] + "Q2"
TOKEN = "ghp_" + drawn(36)
PASSWORD = "hunter2-the-9th"  # noqa: S105 (made up)
SAID = f"My wifi password is {PASSWORD} and the key is {KEY}"
REDACTOR = Redactor(lambda: bytes(32))


@pytest.mark.parametrize(
    ("text", "secret"), [each[1:] for each in SECRETS], ids=[each[0] for each in SECRETS]
)
def test_secret_is_taken_out_whole(text: str, secret: str) -> None:
    before, _, after = text.partition(secret)

    redacted = REDACTOR.text(text)

    assert "[redacted:" in redacted
    assert not [
        piece for piece in pieces_of(secret) if piece in redacted.replace("[redacted:github_token", "")
    ]
    assert redacted.startswith(before[: len(before) // 2])
    assert REDACTOR.text(redacted) == redacted
    assert len(after) <= len(redacted)


def pieces_of(secret: str) -> list[str]:
    size = min(6, len(secret))
    return [secret[start : start + size] for start in range(len(secret) - size + 1)]


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert REDACTOR.text(text) == text


def test_signs_are_those_of_the_rules() -> None:
    assert set(SIGNS) == {sign for rule in RULES if not rule.is_long for sign in rule.signs}
    assert all(may_hold_a_secret(text) for _, text, _ in SECRETS)


def test_the_tables_are_large_enough() -> None:
    assert len(SECRETS) >= 120
    assert len(ORDINARY) >= 120


@given(st.text(max_size=300), st.lists(st.sampled_from([text for _, text, _ in SECRETS]), max_size=3))
def test_redacting_again_changes_nothing(text: str, secrets: list[str]) -> None:
    once = REDACTOR.text(" ".join([text, *secrets, text]))

    assert REDACTOR.text(once) == once


@given(st.lists(st.from_regex(r"[a-z]{1,9}", fullmatch=True), max_size=40))
def test_plain_words_are_never_secrets(words: list[str]) -> None:
    text = " ".join(words)

    assert REDACTOR.text(text) == text


HOSTILE = (
    "password is ", "password: a", "pass:", "my password for the my password for the ", "eyJ",
    "eyJaaaaaaaaaaaa.", "a://", "a://b:", "a://b:c", "-----BEGIN PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----a", "-----END ", "sk-", "sk-a1", "xoxb-", "AKIA", "4111 ",
    "4111 1111 1111 1111 ", "4", "4111111111111111 card ", "token is ", "token to to to to ", "secret=",
    "key: key: ", "PIN ", "my pin to ", "curl -u a", "--password ", "Bearer ", "authorization:",
    "authorization: basic a", "'\"`", "password \"", "password is \"a", "glpat-", "a", " ", "=", "****",
    "AIza", "1:AA", "SG.", "https://hooks.slack.com/services/", "\u0130password is ", "[redacted:",
    "[redacted:password] ", "password changed to ", "password=(", "word word", "\\\"password\\\": ",
)  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_megabyte_is_read_in_linear_time(piece: str) -> None:
    times = []
    for size in (125_000, 1_000_000):
        text = (piece * (size // len(piece) + 1))[:size]
        start = process_time()
        find(text)
        times.append(process_time() - start)

    assert times[1] < 20 * times[0] + 0.3  # eight times the text; a square would take 64 times as long


class ListeningEmbedder(HashingEmbedder):
    """Keeps what it was given, as a server of embeddings would."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []

    def embed_documents(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        self.heard += texts
        return super().embed_documents(texts)

    def embed_query(self, text: str) -> npt.NDArray[np.float32]:
        self.heard.append(text)
        return super().embed_query(text)


def test_no_part_of_a_secret_reaches_the_file_or_the_embedder(tmp_path: Path) -> None:
    embedder = ListeningEmbedder()
    file = tmp_path / "agent.db"
    with Holdfast(file, embedder=embedder) as memory:
        result = memory.add(
            {"content": SAID, "id": "1"},
            user_id="ana",
            metadata={"password": PASSWORD, "notes": [f"token {TOKEN}", "plain"], "size": 3},
            idempotency_key="k",
            infer=True,
        )
        assert result.redacted == (
            Redaction("aws_key", 1),
            Redaction("github_token", 1),
            Redaction("password", 2),
        )
        memory.search(f"what is {KEY}?", user_id="ana")
        memory.context(f"password is {PASSWORD}", user_id="ana")
        first = result.memories[0]
        memory.update(first.id, text=f"the token is {TOKEN}", reason=f"was {KEY}", metadata={"k": TOKEN})
        memory.delete(first.id, reason=f"password: {PASSWORD}")
        memory.restore(first.id, version=1, reason=f"password: {PASSWORD}")
        memory.export(tmp_path / "all.jsonl")

    written = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    kept = [*embedder.heard, written.decode("utf-8", "replace")]
    pieces = {piece.casefold() for secret in (KEY, TOKEN, PASSWORD) for piece in (secret[:8], secret[-8:])}
    assert [piece for piece in pieces if any(piece in text.casefold() for text in kept)] == []


def test_same_token_is_known_again_and_another_is_not(tmp_path: Path) -> None:
    file = tmp_path / "agent.db"
    with Holdfast(file, embedder=HashingEmbedder()) as memory:
        first = memory.add(f"The key is {KEY}", user_id="ana")
    with Holdfast(file, embedder=HashingEmbedder()) as memory:
        again = memory.add(f"The key is {KEY}", user_id="ana")
        other = memory.add(f"The key is {KEY[:-2]}B2", user_id="ana")
        found = memory.search(KEY, user_id="ana", limit=1)[0]
    with Holdfast(":memory:", embedder=HashingEmbedder()) as elsewhere:
        foreign = elsewhere.add(f"The key is {KEY}", user_id="ana")

    assert [each.changes[0].event for each in (first, again, other)] == ["ADD", "NONE", "ADD"]
    assert found.memory.id == first.memories[0].id
    assert foreign.memories[0].text != first.memories[0].text  # every store has a key of its own


def test_what_a_person_chose_has_no_fingerprint() -> None:
    """Whoever holds the file and its key could try all passwords of a list, or all PINs."""
    assert (
        REDACTOR.text("my PIN is 4821, password: hunter2x")
        == "my PIN is [redacted:pin], password: [redacted:password]"
    )


def test_switched_off_everything_is_kept_as_it_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with Holdfast(":memory:", embedder=HashingEmbedder(), redact=False) as memory:
        result = memory.add(SAID, user_id="ana", metadata={"k": TOKEN})
        assert (result.memories[0].text, result.redacted) == (SAID, ())
    monkeypatch.setenv("HOLDFAST_REDACT", "no")
    with Holdfast(":memory:", embedder=HashingEmbedder()) as memory:
        assert memory.add(SAID, user_id="ana").memories[0].text == SAID
    with Holdfast(":memory:", embedder=HashingEmbedder(), redact=True) as memory:
        assert PASSWORD not in memory.add(SAID, user_id="ana").memories[0].text


@pytest.mark.parametrize(
    "given",
    [
        {"user_id": TOKEN},
        {"user_id": "ana", "agent_id": KEY},
        {"user_id": "ana", "session_id": f"s-1 {TOKEN}"},
        {"user_id": "ana", "tenant": TOKEN},
        {"user_id": "ana", "idempotency_key": TOKEN},
        {"user_id": "ana", "metadata": {TOKEN: 1}},
    ],
    ids=lambda given: list(given)[-1],
)
def test_token_as_a_name_is_refused_without_quoting_it(given: dict[str, str]) -> None:
    with Holdfast(":memory:", embedder=HashingEmbedder()) as memory:
        with pytest.raises(InvalidInput) as refusal:
            memory.add("hello", **given)  # type: ignore[arg-type]  # texts and one mapping
        assert memory.stats().episodes == 0

    assert refusal.value.code == "secret_in_name"
    assert TOKEN not in str(refusal.value)
    assert KEY not in str(refusal.value)


@pytest.mark.parametrize("field", ["name", "id"])
def test_token_as_a_speaker_or_message_id_is_refused(field: str) -> None:
    with (
        Holdfast(":memory:", embedder=HashingEmbedder()) as memory,
        pytest.raises(InvalidInput, match="secret"),
    ):
        memory.add({"content": "hello", field: TOKEN}, user_id="ana")


def test_import_takes_secrets_out(tmp_path: Path) -> None:
    lines = [{"role": "user", "content": SAID}, {"role": "tool", "content": f"env: TOKEN={TOKEN}"}]
    chat = tmp_path / "chat.jsonl"
    chat.write_text("\n".join(map(json.dumps, lines)))
    with Holdfast(":memory:", embedder=HashingEmbedder()) as memory:
        import_file(memory, chat, Defaults(user_id="ana"))
        kept = " ".join(each.text for each in memory.list(user_id="ana").memories)

    assert kept.count("[redacted:") == 3
    assert not [secret for secret in (KEY, TOKEN, PASSWORD) if secret in kept]


@pytest.mark.facts
def test_load_takes_secrets_out_of_an_export_that_has_them(tmp_path: Path) -> None:
    with Holdfast(":memory:", embedder=HashingEmbedder(), redact=False) as careless:
        added = careless.add({"content": SAID, "name": "Ana"}, user_id="ana", metadata={"note": f"key {KEY}"})
        careless.update(added.memories[0].id, text=f"The token is {TOKEN}", reason=f"password: {PASSWORD}")
        careless.export(tmp_path / "old.jsonl")
    with Holdfast(tmp_path / "new.db", embedder=HashingEmbedder()) as memory:
        assert memory.load(tmp_path / "old.jsonl") > 0
        assert memory.load(tmp_path / "old.jsonl") == 0
        assert memory.check() == ()
        history = memory.history(added.memories[0].id)

    written = b"".join(path.read_bytes() for path in tmp_path.glob("new.db*"))
    assert len(history) == 2
    assert [secret for secret in (KEY, TOKEN, PASSWORD) if secret.encode() in written] == []


def test_export_does_not_hold_the_key_of_the_store(tmp_path: Path) -> None:
    embedder = HashingEmbedder()
    backend = open_in_memory(embedder.identity)
    with Holdfast(backend, embedder=embedder) as memory:
        memory.add(SAID, user_id="ana")
        key = backend.store.redaction_key()
        memory.export(tmp_path / "all.jsonl")

    assert len(key) == 32
    assert key.hex() not in (tmp_path / "all.jsonl").read_text()
