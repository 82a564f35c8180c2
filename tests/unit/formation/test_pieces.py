"""How a long text is cut."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from holdfast import limits
from holdfast.domain.message import Message, Role
from holdfast.formation.pieces import cut

roles = st.sampled_from(Role)
words = st.sampled_from(
    ["a", "word", "wörter", "end.", "what?!", "“so.”", "文。", "…", "x" * 300, "http://a.b?c=1"]
)
spaces = st.sampled_from([" ", "  ", "\n", "\n\n", "\t", "\u2003", ". "])
long_texts = (
    st.lists(st.tuples(words, spaces), min_size=1, max_size=40)
    .map(lambda parts: "".join(word + space for word, space in parts))
    .flatmap(lambda text: st.integers(1, 12).map(lambda times: text * times))
)


@given(roles, st.text(min_size=1) | long_texts)
@example(Role.ASSISTANT, "Hello world. " + "very " * 200 + "long.")
def test_pieces_hold_all_words_in_order(role: Role, text: str) -> None:
    pieces = cut(Message(role, text))

    assert re.sub(r"\s", "", "".join(pieces)) == re.sub(r"\s", "", text)
    if max(map(len, text.split()), default=0) <= limits.CHUNK_CHARACTERS_MAX:
        whole = " ".join(text.split())
        assert is_cut_at_spaces_or_ends(whole, [" ".join(piece.split()) for piece in pieces])


def is_cut_at_spaces_or_ends(whole: str, pieces: list[str]) -> bool:
    """Whether the pieces make up the whole, with one space or none between two of them."""
    place = 0
    for piece in pieces:
        place += whole[place : place + 1] == " "
        if not whole.startswith(piece, place):
            return False
        place += len(piece)
    return whole[place:].strip() == ""


@given(roles, long_texts)
def test_pieces_are_bounded_and_not_empty(role: Role, text: str) -> None:
    pieces = cut(Message(role, text))

    assert all(piece.strip() for piece in pieces)
    if len(pieces) > 1:
        assert all(len(piece) <= limits.CHUNK_CHARACTERS_MAX for piece in pieces)
        assert all(len(piece.split()) <= limits.CHUNK_WORDS for piece in pieces)


@pytest.mark.parametrize(
    ("role", "most"),
    [
        (Role.USER, limits.UNCHUNKED_WORDS_MAX),
        (Role.TOOL, limits.UNCHUNKED_WORDS_MAX),
        (Role.ASSISTANT, limits.CHUNK_WORDS),
    ],
)
def test_message_stays_whole_up_to_a_number_of_words(role: Role, most: int) -> None:
    assert cut(Message(role, " one" * most)) == (" one" * most,)
    assert len(cut(Message(role, "one " * (most + 1)))) > 1


def test_text_is_cut_between_sentences() -> None:
    sentences = [f"This is sentence number {n}, and it has a few words more." for n in range(30)]

    pieces = cut(Message(Role.ASSISTANT, " ".join(sentences)))

    assert [sentence for piece in pieces for sentence in re.findall(r"This.*?more\.", piece)] == sentences
    assert all(piece.startswith("This") and piece.endswith("more.") for piece in pieces)


def test_sentence_before_a_long_one_keeps_its_space() -> None:
    (first, *_) = cut(Message(Role.ASSISTANT, "Hello world. " + "very " * 200 + "long."))

    assert first.startswith("Hello world. very")


@pytest.mark.parametrize(
    "unit", [".", ".'", "'", "a. ", "\n", " ", "x", "。", "?!", "…)", "\u2028"], ids=ascii
)
def test_longest_message_is_cut_at_once_whatever_it_repeats(unit: str) -> None:
    """The time is linear: one that grows with the square of the length would outlast the test's bound."""
    size = limits.MESSAGE_CHARACTERS_MAX // 4
    text = unit * (size // len(unit)) + "end"

    pieces = cut(Message(Role.USER, text))

    assert "".join("".join(pieces).split()) == "".join(text.split())
