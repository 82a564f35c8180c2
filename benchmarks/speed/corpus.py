"""Messages and questions of our own making, the same in every run.

What decides the speed of a memory is not what the messages say but how their words are distributed, so
that is what is copied from real talk:

* A message has about 106 characters, the mean of long-term conversations between two people, and lengths
  scatter around it. Bytes on disk and tokens to embed follow from that.
* Words follow the Zipf-Mandelbrot law. The hundred most frequent are the function words of English and make
  up half of all tokens: the word index leaves them out of queries by name, which it could not with invented
  ones. Behind them come content words in the order of the shipped encoders' vocabulary, which goes roughly
  by frequency, so that the encoders meet as many word pieces as in real text; then a long tail of invented
  words for what no vocabulary holds. The cost of a word search is the number of messages that hold its words.
* A question is some question words and three to six content words of which most come from one message: so
  words match a few messages well and many a little. Half of the questions name a speaker, who is named in
  half of the messages of his conversation: the dearest word that a question can have.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from holdfast.adapters.static.embedder import SHIPPED, VOCABULARY_FILE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

SEED = 1957
CHARACTERS_PER_MESSAGE = 106
WORDS_IN_ALL = 50_000
ZIPF_EXPONENT = 1.13
ZIPF_SHIFT = 2.7
"""With these the hundred most frequent of the words make up half of all tokens."""

FUNCTION_WORDS = tuple(
    """
    the i you to and a it that of in is my was for on me have so with but we be they this at what just are
    not do had it's as about like all your out from if when get up an there or she one can he really some
    know been were would time how will good her them our then who more has think did now by no am him their
    than here very his too much where could which because into also only why over back i'm going went after
    before being should well any
    """.split()  # noqa: SIM905 (a hundred words read better without their quotes)
)[:100]
QUESTION_WORDS = (
    "what did", "when did", "where does", "who is", "how many", "why was", "which", "do you know what", "has",
)  # fmt: skip
SPEAKERS = (
    "Ana", "Bongani", "Chiara", "Dmitri", "Elif", "Farid", "Grace", "Hiroshi", "Ingrid", "Kateryna",
    "Leila", "Mateusz", "Oluwaseun", "Priya", "Quentin", "Rosa", "Tomasz", "Ursula", "Viktor", "Wanjiru",
)  # fmt: skip

_SYLLABLES = ("ba", "den", "kor", "lim", "mu", "nes", "pra", "rov", "sul", "tak", "vi", "zor", "gan", "hel")


@dataclass(frozen=True, slots=True)
class Said:
    """One message: who, and what."""

    speaker: str
    text: str


class Corpus:
    """Conversations and questions about them; equal seeds give equal texts."""

    def __init__(self, seed: int = SEED) -> None:
        self._chance = np.random.default_rng(seed)
        self._random = Random(seed)

    def messages(self, count: int, *, speakers: tuple[str, str] = SPEAKERS[:2]) -> list[Said]:
        """The next messages, said by the two in turn."""
        lengths = np.maximum(2, self._chance.gamma(3.0, self._mean_words / 3.0, count).round()).astype(int)
        ranks = self._ranks(int(lengths.sum()))
        texts = [
            " ".join(self._words[rank] for rank in part) for part in np.split(ranks, np.cumsum(lengths)[:-1])
        ]
        return [Said(speakers[n % 2], f"{text[0].upper()}{text[1:]}.") for n, text in enumerate(texts)]

    def question(self, target: Said) -> str:
        """A question about that message."""
        wanted = self._random.randint(3, 6)
        content = [word for word in target.text.rstrip(".").lower().split() if word not in FUNCTION_WORDS]
        known = self._random.sample(content, min(len(content), wanted - 1))
        others = [self._content_word() for _ in range(wanted - len(known))]
        named = [target.speaker] if self._random.random() < 0.5 else []
        return " ".join([self._random.choice(QUESTION_WORDS), *named, *known, *others]) + "?"

    def questions(self, messages: Sequence[Said], count: int) -> list[str]:
        """Questions about messages drawn from these."""
        return [self.question(self._random.choice(messages)) for _ in range(count)]

    def _content_word(self) -> str:
        rank = 0
        while rank < len(FUNCTION_WORDS):
            rank = int(self._ranks(1)[0])
        return self._words[rank]

    def _ranks(self, count: int) -> npt.NDArray[np.int64]:
        return np.searchsorted(self._shares, self._chance.random(count)).astype(np.int64)

    @cached_property
    def _words(self) -> list[str]:
        """All words, the most frequent first."""
        tokens = (SHIPPED / VOCABULARY_FILE).read_text(encoding="utf-8").split("\n")
        known = [token for token in tokens if len(token) > 2 and token.isascii() and token.isalpha()]
        invented = ["".join(parts) for parts in product(_SYLLABLES, repeat=4)]
        self._random.shuffle(invented)
        return list(dict.fromkeys((*FUNCTION_WORDS, *known, *invented)))[:WORDS_IN_ALL]

    @cached_property
    def _shares(self) -> npt.NDArray[np.float64]:
        """For each word the share of tokens that are it or a more frequent one."""
        weights = (np.arange(1, WORDS_IN_ALL + 1) + ZIPF_SHIFT) ** -ZIPF_EXPONENT
        shares: npt.NDArray[np.float64] = np.cumsum(weights) / weights.sum()
        return shares

    @cached_property
    def _mean_words(self) -> float:
        """The words of a message that has the mean number of characters."""
        shares = np.diff(self._shares, prepend=0)
        letters = float(np.dot(shares, [len(word) for word in self._words]))
        return CHARACTERS_PER_MESSAGE / (letters + 1)
