"""What the importers read from each form of file, and how they batch it."""

import io
import json
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast import Holdfast, limits
from holdfast.errors import HoldfastError, InvalidInput, LimitExceeded
from holdfast.importers import Defaults, Format, detect, import_file, preview_file
from holdfast.importers.conversations import read_conversations
from holdfast.importers.messages import read_message_lines
from holdfast.importers.plain_text import read_plain_text
from holdfast.importers.utterance import Ignored, Item, Skipped, Utterance
from holdfast.testing import HashingEmbedder


@pytest.fixture
def memory() -> Iterator[Holdfast]:
    with Holdfast(":memory:", embedder=HashingEmbedder()) as opened:
        yield opened


def lines(*objects: object) -> io.BytesIO:
    return io.BytesIO("".join(f"{json.dumps(item)}\n" for item in objects).encode())


def document(value: object) -> io.BytesIO:
    return io.BytesIO(json.dumps(value).encode())


def utterances(items: Iterator[Item]) -> list[Utterance]:
    return [item for item in items if isinstance(item, Utterance)]


def text(content: str, *, speakers: bool = False) -> list[tuple[str | None, str, str | None]]:
    items = read_plain_text(io.BytesIO(content.encode()), "f.txt", speakers=speakers)
    return [(item.message.name, item.message.content, item.message.id) for item in utterances(items)]


@pytest.mark.parametrize(
    ("content", "form"),
    [
        ('{"content": "x"}\n', Format.MESSAGES),
        ('\ufeff{"content": "x"}\n', Format.MESSAGES),
        ('{"content": }\n', Format.MESSAGES),
        ('{"id": "c", "sessions": []}', Format.CONVERSATIONS),
        ('{"messages": []}', Format.CONVERSATIONS),
        ('{\n  "id": "c",\n  "sessions": []\n}', Format.CONVERSATIONS),
        ('[{"id": "c"}]', Format.CONVERSATIONS),
        ("\n [\n {", Format.CONVERSATIONS),
        ("[12:30] Ana: hello", Format.TEXT),
        ("Hello there", Format.TEXT),
    ],
)
def test_the_form_is_seen_from_the_content(content: str, form: Format, tmp_path: Path) -> None:
    (tmp_path / "f").write_text(content, encoding="utf-8")

    assert detect(tmp_path / "f") is form


def test_a_line_brings_a_message_with_whose_it_is() -> None:
    file = lines({"role": "assistant", "content": "x", "id": 7, "session": 3, "user_id": "bob", "agent": "a"})

    (item,) = utterances(read_message_lines(file, "f.jsonl"))

    assert (item.message.role, item.message.content, item.message.id) == ("assistant", "x", "7")
    assert (item.user_id, item.agent_id, item.session_id) == ("bob", "a", "3")


def test_a_message_without_id_and_time_is_known_by_its_line() -> None:
    file = lines({"content": "a"}, {"content": "b", "at": "2026-01-01"}, {"content": "c", "id": "x"})

    assert [item.message.id for item in utterances(read_message_lines(file, "f.jsonl"))] == [
        "f.jsonl:1",
        None,
        "x",
    ]


def test_blank_messages_and_unknown_keys_are_counted() -> None:
    items = list(read_message_lines(lines({"content": " \n", "model": "m"}, {"content": "x"}), "f"))

    assert [type(item) for item in items] == [Ignored, Skipped, Utterance]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2: it is not JSON"),
        ("[]", "line 2: a message is a JSON object, not a list"),
        ("{}", 'line 2: the message has no "content"'),
        ('{"content": ["x"]}', "line 2: .*must be a text"),
        ('{"content": "x", "role": "wizard"}', "line 2: .*unknown role"),
        ('{"content": "x", "at": "soon"}', "line 2: .*ISO 8601"),
        ('{"content": "x", "session_id": {}}', "line 2: session_id must be a text"),
        ('{"content": "\\ud800"}', "line 2: .*lone surrogate"),
        ('{"content": "x", "id": true}', "line 2: .*must be a text"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(line: str, said: str) -> None:
    file = io.BytesIO(f'{{"content": "fine"}}\n{line}\n'.encode())

    with pytest.raises(InvalidInput, match=said) as caught:
        list(read_message_lines(file, "f"))

    assert caught.value.code == "invalid_import"
    assert caught.value.fields["place"] == "line 2"


def test_a_line_beyond_the_bound_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "IMPORT_LINE_BYTES_MAX", 20)

    assert utterances(read_message_lines(io.BytesIO(b'{"content": "12345"}'), "f"))
    with pytest.raises(LimitExceeded, match="line 1 has more than 20 bytes"):
        list(read_message_lines(io.BytesIO(b'{"content": "123456"}'), "f"))


def test_a_document_beyond_the_bound_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "IMPORT_DOCUMENT_BYTES_MAX", 20)

    assert utterances(read_conversations(io.BytesIO(b'[{"content": "123"}]'), "f"))
    with pytest.raises(LimitExceeded, match="more than 20 bytes"):
        list(read_conversations(io.BytesIO(b'[{"content": "1234"}]'), "f"))


def test_a_session_gives_its_time_to_its_messages() -> None:
    messages = [{"content": "a"}, {"content": "b", "at": "2026-02-02", "name": "Ana", "id": "D1:2"}]
    session = {"id": 1, "at": "2026-01-01", "messages": messages}

    first, second = utterances(read_conversations(document({"id": "c", "sessions": [session]}), "f"))

    assert first.message.at is not None
    assert second.message.at is not None
    assert (first.message.at.month, second.message.at.month) == (1, 2)
    assert (first.message.id, second.message.id) == ("1:1", "D1:2")
    assert (first.conversation, first.session_id) == ("c", "1")


def test_a_bare_list_of_messages_is_one_session() -> None:
    items = utterances(read_conversations(document([{"content": "a"}, {"content": "b"}]), "chat"))

    assert [(item.conversation, item.session_id, item.message.id) for item in items] == [
        (None, "chat", "chat:1"),
        (None, "chat", "chat:2"),
    ]


def test_a_conversation_may_have_messages_without_sessions() -> None:
    items = utterances(read_conversations(document([{"id": "c", "messages": [{"content": "a"}]}]), "f"))

    assert [(item.conversation, item.session_id) for item in items] == [("c", "c")]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([1], "conversation 1: it is not an object"),
        ([{"id": "c"}], 'conversation 1: it has no list of "sessions"'),
        ([{"sessions": [1]}], "conversation 1, session 1: it is not an object"),
        ([{"sessions": [{}]}], 'conversation 1, session 1: it has no list of "messages"'),
        ([{"sessions": [{"messages": [{"content": 1}]}]}], "conversation 1, session 1, message 1: "),
        ([{"sessions": [{"at": "soon", "messages": []}]}], "conversation 1, session 1: .*ISO 8601"),
        ([{"id": {}, "sessions": []}], "conversation 1: its id must be a text"),
    ],
)
def test_a_place_in_a_document_that_cannot_be_read_is_named(value: object, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        list(read_conversations(document(value), "f"))


def test_paragraphs_become_messages_known_by_their_line() -> None:
    assert text("one\ntwo\n\n\nthree\n") == [(None, "one\ntwo", "f.txt:1"), (None, "three", "f.txt:5")]


def test_speakers_are_read_only_when_asked_for() -> None:
    content = "Ana: hello\nand more\nBen O'Neil: hi\n\nassistant: how are you?\nsee https://example.org\n"

    assert text(content)[0] == (None, "Ana: hello\nand more\nBen O'Neil: hi", "f.txt:1")
    assert text(content, speakers=True) == [
        ("Ana", "hello\nand more", "f.txt:1"),
        ("Ben O'Neil", "hi", "f.txt:3"),
        (None, "how are you?\nsee https://example.org", "f.txt:5"),
    ]


def test_a_speaker_called_like_a_role_has_it() -> None:
    items = utterances(read_plain_text(io.BytesIO(b"Assistant: hi"), "f", speakers=True))

    assert (items[0].message.role, items[0].message.name) == ("assistant", None)


def test_what_a_speaker_says_may_begin_on_the_next_line() -> None:
    assert text("Ana:\nhello\n\nmore", speakers=True) == [
        ("Ana", "hello", "f.txt:2"),
        ("Ana", "more", "f.txt:4"),
    ]


@given(st.text(max_size=400), st.booleans())
def test_any_text_is_read_or_refused_by_name(content: str, speakers: bool) -> None:  # noqa: FBT001
    data = content.encode()
    for read in (
        partial(read_plain_text, io.BytesIO(data), "f", speakers=speakers),
        partial(read_message_lines, io.BytesIO(data), "f"),
        partial(read_conversations, io.BytesIO(data), "f"),
    ):
        found: list[object] = []
        with suppress(HoldfastError):  # any other error fails the test
            found = list(read())
        assert len(found) <= len(content)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "at", "role", "name", "content", "messages", "sessions", "session_id"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(json_values)
def test_any_json_is_read_or_refused_by_name(value: object) -> None:
    for read in (read_message_lines, read_conversations):
        try:
            list(read(document(value), "f"))
        except HoldfastError as error:
            assert error.code in {"invalid_import", "text_too_long"}  # noqa: PT017


def test_neighbours_of_one_session_share_an_episode(memory: Holdfast, tmp_path: Path) -> None:
    file = lines(*({"content": f"{n}", "session_id": "a" if n < 3 else "b"} for n in range(5)))
    (tmp_path / "f.jsonl").write_bytes(file.getvalue())

    report = import_file(memory, tmp_path / "f.jsonl", Defaults(user_id="ana"))

    assert (report.messages, report.episodes) == (5, 2)


def test_a_long_session_is_added_in_batches(
    memory: Holdfast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "IMPORT_BATCH_MESSAGES", 2)
    (tmp_path / "f.jsonl").write_bytes(lines(*({"content": f"{n}"} for n in range(5))).getvalue())
    heard: list[tuple[int, int]] = []

    report = import_file(
        memory, tmp_path / "f.jsonl", Defaults(user_id="ana"), progress=lambda *told: heard.append(told)
    )

    assert (report.messages, report.new, report.episodes) == (5, 5, 3)
    assert len(heard) == 3
    assert heard[-1][0] == heard[-1][1]


def test_a_long_message_counts_once(memory: Holdfast, tmp_path: Path) -> None:
    long = " ".join(f"Sentence number {n} says something." for n in range(200))
    (tmp_path / "f.jsonl").write_bytes(lines({"role": "assistant", "content": long}).getvalue())

    report = import_file(memory, tmp_path / "f.jsonl", Defaults(user_id="ana"))

    assert (report.messages, report.new) == (1, 1)
    assert report.memories > 1


def test_importing_goes_on_behind_a_line_that_was_repaired(memory: Holdfast, tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    path.write_text('{"content": "a"}\n{broken\n{"content": "c"}\n', encoding="utf-8")
    with pytest.raises(InvalidInput, match="what stood before it is imported"):
        import_file(memory, path, Defaults(user_id="ana"))

    path.write_text('{"content": "a"}\n{"content": "b"}\n{"content": "c"}\n', encoding="utf-8")
    report = import_file(memory, path, Defaults(user_id="ana"))

    assert (report.known, report.new) == (1, 2)


def test_the_callers_user_wins_and_its_session_fills_in(memory: Holdfast, tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    path.write_bytes(
        lines({"content": "a", "user_id": "bob", "session_id": "own"}, {"content": "b"}).getvalue()
    )

    preview = preview_file(path, Defaults(user_id="ana", session_id="filled", agent_id="tutor"))

    assert [(scope.user_id, scope.agent_id, scope.session_id) for scope in preview.scopes] == [
        ("ana", "tutor", "own"),
        ("ana", "tutor", "filled"),
    ]
