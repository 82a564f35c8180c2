"""Any text in any parameter works and comes back byte for byte, or is refused with a stable code."""

import contextlib
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast import Holdfast, HoldfastError, InvalidInput
from holdfast.testing import HashingEmbedder
from tests.reliability.stores import stored_texts
from tests.security.hostile import OWN, naughty

PLACES: dict[str, Callable[[Holdfast, str, str], object]] = {
    "query": lambda memory, key, text: memory.search(text, user_id="ana"),
    "context": lambda memory, key, text: memory.context(text, user_id="ana"),
    "user": lambda memory, key, text: memory.search("x", user_id=text),
    "agent": lambda memory, key, text: memory.list(agent_id=text),
    "session": lambda memory, key, text: memory.list(session_id=text),
    "tenant": lambda memory, key, text: memory.list(user_id="ana", tenant=text),
    "memory id": lambda memory, key, text: memory.get(text),
    "history of": lambda memory, key, text: memory.history(text),
    "after": lambda memory, key, text: memory.list(user_id="ana", after=text),
    "related to": lambda memory, key, text: memory.related(text),
    "related type": lambda memory, key, text: memory.related(key, type=text),
    "delete": lambda memory, key, text: memory.delete(text),
    "restore": lambda memory, key, text: memory.restore(text),
    "update": lambda memory, key, text: memory.update(text, text="other"),
    "relate from": lambda memory, key, text: memory.relate(text, "extends", key),
    "relate type": lambda memory, key, text: memory.relate(key, text, key),
    "filter key": lambda memory, key, text: memory.list(user_id="ana", filters={text: 1}),
    "filter metadata key": lambda memory, key, text: memory.list(
        user_id="ana", filters={f"metadata.{text}": 1}
    ),
    "filter operator": lambda memory, key, text: memory.list(
        user_id="ana", filters={"category": {text: "a"}}
    ),
    "filter value": lambda memory, key, text: memory.list(user_id="ana", filters={"category": text}),
    "filter list": lambda memory, key, text: memory.list(user_id="ana", filters={"category": {"in": [text]}}),
    "filter part": lambda memory, key, text: memory.search(
        "x", user_id="ana", filters={"tags": {"contains": text}}
    ),
    "filter speaker": lambda memory, key, text: memory.search("x", user_id="ana", filters={"speaker": text}),
    "filter instant": lambda memory, key, text: memory.list(
        user_id="ana", filters={"created_at": {"gte": text}}
    ),
    "valid at": lambda memory, key, text: memory.list(user_id="ana", valid_at=text),
    "at": lambda memory, key, text: memory.add({"content": "x", "at": text}, user_id="zoe", at=text),
    "expires at": lambda memory, key, text: memory.add("x", user_id="zoe", expires_at=text),
    "role": lambda memory, key, text: memory.add({"content": "x", "role": text}, user_id="zoe"),
    "message key": lambda memory, key, text: memory.add({"content": "x", text: text}, user_id="zoe"),
}
"""Where a hostile text is only looked up, or must be refused."""


@pytest.fixture(scope="module")
def memory() -> Holdfast:
    memory = Holdfast(":memory:", embedder=HashingEmbedder())
    memory.add("Ana likes rye bread", user_id="ana", metadata={"category": "food", "tags": ["bread"]})
    return memory


@pytest.fixture(scope="module")
def only(memory: Holdfast) -> str:
    return memory.list(user_id="ana").memories[0].id


def texts(given: dict[str, str]) -> list[object]:
    return [pytest.param(text, id=name) for name, text in given.items()]


def comes_back(memory: Holdfast, text: str, number: int) -> None:
    """Store the text in every place that keeps one, and read it again."""
    user = f"user {number}"
    message = {"role": "user", "content": text}
    added = memory.add(message, user_id=user, metadata={"category": text, "tags": [text], "own": text})
    assert "".join(item.text for item in added.memories).split() == text.split()
    if len(added.memories) == 1:
        (found,) = memory.list(user_id=user, filters={"category": text}).memories
        assert (found.text, found.category, found.tags) == (text, text, (text,))
        for filters in ({"tags": {"contains": text}}, {"metadata.own": {"in": [text]}}):
            assert len(memory.list(user_id=user, filters=filters).memories) == 1
        assert memory.search(text, user_id=user)[0].memory.text == text
        reason = memory.update(found.id, importance=0.9, reason=text)
        assert memory.history(reason.id)[-1].reason == text
        assert memory.update(found.id, text=f"{text}!").text == f"{text}!"
        assert memory.restore(found.id, version=1).text == text


def name_comes_back(memory: Holdfast, name: str) -> None:
    """Use the text as every kind of name; a refusal says that it is one."""
    message = {"content": "hello", "name": name, "id": name}
    try:
        memory.add(
            message,
            user_id=name,
            agent_id=name,
            session_id=name,
            tenant=name,
            metadata={name: "value"},
            idempotency_key=name,
        )
    except InvalidInput as error:
        refused = error.code
    else:
        refused = ""
    has_control = any(unicodedata.category(character) in {"Cc", "Zl", "Zp"} for character in name)
    if refused:
        assert has_control or len(name) > 256
        assert refused in {"invalid_name", "invalid_metadata"}
        return
    (found,) = memory.list(
        user_id=name, tenant=name, filters={f"metadata.{name}": "value", "speaker": name}
    ).memories
    scope = found.scope
    assert {scope.user_id, scope.agent_id, scope.session_id, scope.tenant} == {name}
    assert (found.sources[0].name, found.sources[0].message_id) == (name, name)
    assert dict(found.metadata) == {name: "value"}
    assert memory.search("hello", session_id=name, tenant=name)[0].memory.id == found.id


@pytest.mark.parametrize("text", texts(OWN))
def test_hostile_text_comes_back_byte_for_byte(text: str) -> None:
    with Holdfast(":memory:", embedder=HashingEmbedder()) as memory:
        comes_back(memory, text if len(text) < 4_000 else text[:4_000], 1)
        name_comes_back(memory, text)
        assert memory.check() == ()


@pytest.mark.parametrize("text", texts({**OWN, "nul": "a\0b", "surrogate": "a\ud800b", "empty": ""}))
def test_hostile_text_is_only_ever_a_value(memory: Holdfast, only: str, text: str) -> None:
    before = memory.stats()
    for place, call in PLACES.items():
        with contextlib.suppress(HoldfastError):
            call(memory, only, text)
        assert memory.stats() == before, place
        assert memory.get(only).text == "Ana likes rye bread", place


@pytest.mark.skipif(not naughty(), reason="the list of naughty strings is not here")
@pytest.mark.parametrize("stride", [20, pytest.param(1, marks=pytest.mark.slow)])
def test_naughty_strings_come_back_or_are_refused(stride: int) -> None:
    with Holdfast(":memory:", embedder=HashingEmbedder()) as memory:
        only = memory.add("Ana likes rye bread", user_id="ana").memories[0].id
        for number, text in enumerate(naughty()[::stride]):
            if not text.strip():
                with pytest.raises(InvalidInput) as caught:
                    memory.add(text, user_id="ana")
                assert caught.value.code == "empty_text"
                continue
            comes_back(memory, text, number)
            name_comes_back(memory, text)
            for place in PLACES.values():
                with contextlib.suppress(HoldfastError):
                    place(memory, only, text)
        assert memory.check() == ()


def test_a_megabyte_comes_back_whole_through_export_too(tmp_path: Path) -> None:
    text = "".join(f"{'word' * 200}{n} 語 \U0001f9e1 " for n in range(1_300))[:1_048_576].strip()
    with Holdfast(":memory:", embedder=HashingEmbedder()) as memory:
        memory.add(text, user_id="ana")
        memory.export(tmp_path / "export.jsonl")
    with Holdfast(":memory:", embedder=HashingEmbedder()) as loaded:
        loaded.load(tmp_path / "export.jsonl")
        pieces = reversed(stored_texts(loaded, "ana").values())
        assert "".join(pieces).replace(" ", "") == text.replace(" ", "")
