"""Names are looked for in a question as runs of its words."""

import pytest

from holdfast import limits
from holdfast.recall.naming import names_in

KNOWN = {
    "ana",
    "ana's sister",
    "our mutual friend",
    "friend",
    "lady windermere's fan",
    "zoe lindqvist",
    "paris",
}


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Who wrote Our Mutual Friend?", {"our mutual friend"}),
        ("Who is Ana's sister?", {"ana's sister"}),
        ("Who is Ana’s boss?", {"ana"}),
        ('Who played in "Lady Windermere\'s Fan"?', {"lady windermere's fan"}),
        ("Does ZOË LINDQVIST have a friend in Paris, or in paris?", {"zoe lindqvist", "friend", "paris"}),
        ("What is it?", set()),
        ("", set()),
        ("?? ?", set()),
    ],
)
def test_longest_known_names_are_found(question: str, found: set[str]) -> None:
    assert set(names_in(question).longest(KNOWN)) == found


def test_common_words_are_no_names() -> None:
    assert names_in("what is it").longest({"what", "it", "is it"}) == ("is it",)


def test_only_the_first_words_are_looked_at() -> None:
    words = [f"word{n}" for n in range(2 * limits.CHAIN_QUESTION_WORDS_MAX)]

    names = names_in(" ".join(words))

    assert words[limits.CHAIN_QUESTION_WORDS_MAX - 1] in names.spelled
    assert words[limits.CHAIN_QUESTION_WORDS_MAX] not in names.spelled
    assert max(len(name.split()) for name in names.spelled) == limits.CHAIN_NAME_WORDS_MAX
