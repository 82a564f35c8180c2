"""The contract of ``WordIndex``: what is said is found, whatever it looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from holdfast import limits
from holdfast.domain.message import Message, Role
from holdfast.domain.ranking import Signal
from holdfast.domain.scope import Scope
from holdfast.testing.contracts.place import EMBEDDER, BackendContract, memories_of
from holdfast.testing.contracts.scribe import ANA, Scribe
from holdfast.testing.contracts.store import BOB

if TYPE_CHECKING:
    from collections.abc import Mapping

    from holdfast.domain.memory import Memory
    from holdfast.domain.ranking import Scores
    from holdfast.ports import Backend

SESSION = Scope.of(user_id="ana", session_id="s1")
CROWD = tuple(f"remark {n}" for n in range(200))
UNRELATED = ("the weather was mild", "trains run hourly", "bread costs little")


class WordIndexContract(BackendContract):
    """What every ``WordIndex`` finds."""

    @pytest.mark.parametrize(
        ("text", "query"),
        [
            ("Ana is allergic to shellfish", "shellfish"),
            ("Ana is allergic to shellfish", "SHELLFISH?"),
            ("Ana is allergic to shellfish", "what about 'shellfish', then"),
            ("ÄRGER mit der Tür", "ärger"),
            ("room 4711 is booked", "4711"),
            ("write to x.y@example.org", "example"),
            ("snake_case_name", "case"),
            ("我住在北京，喜欢吃苹果", "苹果"),
            ("我住在北京，喜欢吃苹果", "你喜欢吃什么？"),
            ("我住在北京，喜欢吃苹果", "住"),
            ("私は東京に住んでいます", "東京"),
            ("ラーメンが好きです", "ラーメン"),
            ("저는 서울에 살아요", "서울"),
            ("저는 서울에 살아요", "서울은 어때요"),
            ("ผมชอบกินข้าวผัด", "ข้าวผัด"),
            ("ich mag 寿司 sehr", "寿司"),
            ("Живу в Москве", "москве"),
        ],
    )
    def test_memory_is_found_by_its_words(
        self, backend: Backend, scribe: Scribe, text: str, query: str
    ) -> None:
        (memory,) = scribe.remember(text)
        for other in UNRELATED:
            scribe.remember(other)

        assert best(backend, query)[0] == memory.text

    @pytest.mark.parametrize("query", ["上海", "東", "부산", "Hamburg", "日本"])
    def test_memory_without_the_words_is_not_found(
        self, backend: Backend, scribe: Scribe, query: str
    ) -> None:
        for text in ("我住在北京", "저는 서울에 살아요", "Ana is in Bonn", *UNRELATED):
            scribe.remember(text)

        assert best(backend, query) == []

    @pytest.mark.parametrize(
        "query",
        [
            "NEAR(shellfish", "shellfish AND", "AND OR NOT shellfish", 'shellfish"', '"shellfish',
            "shellfish*", "turn:shellfish", "scope : shellfish", "-shellfish", "^shellfish",
            "{turn} : shellfish", "shellfish + ", "(shellfish", "shellfish'; --", "shellfish\\",
            "shellfish\n\tAND", "shellfish \u2028 %", "NEAR(shellfish, 2)", "🧠 shellfish",
            "shellfish \U0010ffff", "shell\u00adfish shellfish", "shellfish\x00",
        ],
        ids=ascii,
    )  # fmt: skip
    def test_query_is_plain_text(self, backend: Backend, scribe: Scribe, query: str) -> None:
        (memory,) = scribe.remember("Ana is allergic to shellfish")
        scribe.remember("the agent turns near the scope", scope=BOB)
        for other in UNRELATED:
            scribe.remember(other)

        assert best(backend, query) == [memory.text]

    @pytest.mark.parametrize("query", ["", " ", "?!", '"', "*", "()", "-", "'", "...", "\u200d"], ids=ascii)
    def test_query_without_a_word_finds_nothing(self, backend: Backend, scribe: Scribe, query: str) -> None:
        scribe.remember("Ana is allergic to shellfish?! (*)")

        assert best(backend, query) == []

    def test_query_longer_than_what_is_looked_up_finds_by_its_rarest_words(
        self, backend: Backend, scribe: Scribe
    ) -> None:
        everywhere = [f"common{n}" for n in range(limits.QUERY_WORDS_MAX)]
        for n in range(5):
            scribe.remember(f"{' '.join(everywhere)} {n}")
        (memory,) = scribe.remember(f"{' '.join(everywhere)} shellfish")

        assert best(backend, f"{' '.join(everywhere)} shellfish")[0] == memory.text

    def test_memory_is_found_by_the_name_of_who_said_it(self, backend: Backend, scribe: Scribe) -> None:
        (memory,) = scribe.remember(Message(Role.USER, "I like tea", "Björk"))
        scribe.remember(Message(Role.USER, "I like coffee", "Tom"))

        assert best(backend, "what does Björk like?")[0] == memory.text

    def test_name_is_found_in_the_turns_of_its_bearer_and_not_in_their_windows(
        self, backend: Backend, scribe: Scribe
    ) -> None:
        by_ana, by_tom = scribe.remember(
            Message(Role.USER, "I like tea", "Ana"), Message(Role.USER, "so do I", "Tom")
        )

        assert best(backend, "Ana") == [by_ana.text]
        assert best(backend, "tea") == [by_ana.text, by_tom.text]

    def test_rarer_word_counts_for_more(self, backend: Backend, scribe: Scribe) -> None:
        for n in range(8):
            scribe.remember(f"number {n} tea")
        scribe.remember("number 8 rooibos")

        assert best(backend, "tea rooibos")[0] == "number 8 rooibos"

    def test_more_of_the_words_count_for_more(self, backend: Backend, scribe: Scribe) -> None:
        for text in ("red apples here", "green pears here", "red pears here", *UNRELATED):
            scribe.remember(text)

        assert best(backend, "red pears")[0] == "red pears here"

    def test_turn_is_found_by_the_words_of_the_two_before_it(self, backend: Backend, scribe: Scribe) -> None:
        for text in ("shall we eat shellfish?", "no", "why?", "allergy"):
            scribe.remember(text, scope=SESSION)
            scribe.remember(f"elsewhere {text[0]}", scope=Scope.of(user_id="ana", session_id="s2"))

        found = scores_by_text(backend, "shellfish")

        assert found[Signal.WORDS].keys() == {"shall we eat shellfish?"}
        assert found[Signal.WORDS_WINDOW].keys() == {"shall we eat shellfish?", "no", "why?"}

    def test_window_crosses_no_scope(self, backend: Backend, scribe: Scribe) -> None:
        scribe.remember("shall we eat shellfish?", scope=Scope.of(user_id="bob", session_id="s1"))
        scribe.remember("no", scope=SESSION)
        scribe.remember("shellfish without a session")
        scribe.remember("another episode")

        found = scores_by_text(backend, "shellfish")

        assert found[Signal.WORDS_WINDOW].keys() == {"shellfish without a session"}

    def test_window_of_an_episode_without_a_session_is_the_episode(
        self, backend: Backend, scribe: Scribe
    ) -> None:
        scribe.remember("shall we eat shellfish?", "no")

        assert scores_by_text(backend, "shellfish")[Signal.WORDS_WINDOW].keys() == {
            "shall we eat shellfish?",
            "no",
        }

    def test_changed_text_is_found_by_its_new_words_only(self, backend: Backend, scribe: Scribe) -> None:
        first, second = scribe.remember("I live in Bonn", "yes")

        scribe.revise(first, text="I live in Berlin")

        assert best(backend, "Bonn") == []
        assert set(best(backend, "Berlin")) == {"I live in Berlin", second.text}

    @pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (1, 0, 2)])
    def test_words_of_deleted_turns_leave_every_window(
        self, backend: Backend, scribe: Scribe, order: tuple[int, ...]
    ) -> None:
        memories = scribe.remember("apples", "pears", "plums", "cherries", "grapes", scope=SESSION)
        deleted = {n: scribe.delete(memories[n]) for n in order}
        for word in ("apples", "pears", "plums"):
            assert best(backend, word) == []
        assert set(best(backend, "cherries")) == {"cherries", "grapes"}

        for n in order:
            scribe.restore(deleted[n])

        assert set(best(backend, "apples")) == {"apples", "pears", "plums"}
        assert set(best(backend, "pears")) == {"pears", "plums", "cherries"}
        assert set(best(backend, "plums")) == {"plums", "cherries", "grapes"}

    def test_window_skips_deleted_turns(self, backend: Backend, scribe: Scribe) -> None:
        memories = scribe.remember("apples", "pears", "plums", "cherries", "grapes", scope=SESSION)

        scribe.delete(memories[1])
        scribe.delete(memories[2])

        assert set(best(backend, "apples")) == {"apples", "cherries", "grapes"}

    def test_change_reaches_the_windows_behind_deleted_turns(self, backend: Backend, scribe: Scribe) -> None:
        memories = scribe.remember("apples", "pears", "plums", "cherries", scope=SESSION)
        scribe.delete(memories[1])
        scribe.delete(memories[2])

        scribe.revise(memories[0], text="quinces")

        assert best(backend, "apples") == []
        assert set(best(backend, "quinces")) == {"quinces", "cherries"}

    def test_what_others_say_changes_no_score(self, backend: Backend, scribe: Scribe) -> None:
        scribe.remember("I like tea", "and shellfish")
        alone = scores_by_text(backend, "tea and shellfish")

        for n in range(9):
            scribe.remember(f"tea, {n} times a day", scope=BOB)

        assert scores_by_text(backend, "tea and shellfish") == alone

    def test_no_more_than_the_limit_is_found_and_those_are_the_best(
        self, backend: Backend, scribe: Scribe
    ) -> None:
        for n in range(10):
            scribe.remember(f"{'tea ' * n} and {'milk ' * (10 - n)}")
            scribe.remember(f"unrelated {n}")

        every = backend.words.search(ANA, "tea", limit=100)[Signal.WORDS_WINDOW].by_key
        few = backend.words.search(ANA, "tea", limit=3)[Signal.WORDS_WINDOW].by_key

        assert len(every) == 9
        assert few == dict(sorted(every.items(), key=lambda item: -item[1])[:3])

    def test_more_memories_are_scored_when_asked_for_if_they_have_a_word(
        self, backend: Backend, scribe: Scribe
    ) -> None:
        for n in range(10):
            scribe.remember(f"{'tea ' * n} and {'milk ' * (10 - n)}")
        every = backend.words.search(ANA, "tea", limit=100)
        worst = min(every[Signal.WORDS_WINDOW].by_key.items(), key=lambda item: item[1])[0]
        wordless = [backend.store.key_of(ANA, memory.id) for memory in scribe.remember("nothing of it")]
        foreign = [backend.store.key_of(BOB, memory.id) for memory in scribe.remember("tea", scope=BOB)]

        few = backend.words.search(ANA, "tea", limit=3, also=[worst, *wordless, *foreign, 10**9])

        for signal in (Signal.WORDS, Signal.WORDS_WINDOW):
            scores = few[signal]
            known = every[signal].by_key
            assert len(scores.by_key) == 4
            assert worst in scores.by_key
            assert scores.by_key.keys() <= known.keys()

    def test_message_of_average_length_that_says_the_words_once_reaches_the_ceiling(
        self, backend: Backend, scribe: Scribe
    ) -> None:
        for n in range(9):
            scribe.remember(f"tea{n} milk{n} sugar{n}")

        found = backend.words.search(ANA, "milk4 sugar4", limit=9)

        for scores in (found[Signal.WORDS], found[Signal.WORDS_WINDOW]):
            assert list(scores.by_key.values()) == pytest.approx([scores.ceiling], rel=1e-6)

    def test_number_tells_as_much_as_a_word(self, backend: Backend, scribe: Scribe) -> None:
        for n in range(9):
            scribe.remember(f"room {n}")

        for n in range(9):
            found = backend.words.search(ANA, f"{n}", limit=9)[Signal.WORDS]
            assert list(found.by_key.values()) == pytest.approx([found.ceiling], rel=1e-6)

    def test_names_of_the_query_are_looked_for_in_the_message_alone(
        self, backend: Backend, scribe: Scribe
    ) -> None:
        first, second, _ = scribe.remember(
            "Emma is by Jane Austen",
            "tea with Jane",
            "a third",
            scope=Scope.of(user_id="ana", session_id="s1"),
        )

        found = backend.words.search(ANA, "Which book is by Jane Austen?", limit=9)[Signal.NAMES]
        none = backend.words.search(ANA, "which book is by jane?", limit=9)[Signal.NAMES]

        scores = {memories_of(backend, [key])[key].id: score for key, score in found.by_key.items()}
        assert scores.keys() == {first.id, second.id}
        assert scores[first.id] == pytest.approx(found.ceiling)
        assert 0 < scores[second.id] < found.ceiling
        assert none.by_key == {}

    def test_word_that_nobody_said_raises_the_ceiling(self, backend: Backend, scribe: Scribe) -> None:
        for n in range(9):
            scribe.remember(f"tea{n} milk{n} sugar{n}")

        known, unknown = (
            backend.words.search(ANA, query, limit=9)[Signal.WORDS] for query in ("milk4", "milk4 rooibos")
        )

        assert unknown.by_key == known.by_key
        assert unknown.ceiling > known.ceiling

    @pytest.mark.parametrize("scope", [BOB, Scope.of(session_id="s9"), Scope("nowhere")], ids=str)
    def test_nothing_is_found_where_nothing_is(self, backend: Backend, scribe: Scribe, scope: Scope) -> None:
        scribe.remember("hello")

        found = backend.words.search(scope, "hello", limit=9)

        assert set(found) == {Signal.WORDS, Signal.WORDS_WINDOW, Signal.NAMES}
        assert all(scores.by_key == {} for scores in found.values())

    def test_bridge_leads_to_what_speaks_of_the_same_name(self, backend: Backend, scribe: Scribe) -> None:
        scribe.remember("the author of Emma is Austen", "Austen lived in Bath", *CROWD)
        scribe.remember("Austen of somebody else", scope=BOB)
        texts = {memory.text: key for key, memory in keys_of(backend).items()}
        start, end = texts["the author of Emma is Austen"], texts["Austen lived in Bath"]

        found = backend.words.bridges(ANA, "where lived the author of Emma", [start], limit=5)

        assert [(bridge.start, bridge.end) for bridge in found] == [(start, end)]
        assert 0 < found[0].share <= 1
        assert 0 < found[0].answers < 1

    def test_words_of_a_query_are_told_of_memories_that_hold_them(
        self, backend: Backend, scribe: Scribe
    ) -> None:
        both, one, _ = scribe.remember("Roses and tulips", "Tulips in May", "Rain", scope=SESSION)
        scribe.remember("Tulips elsewhere")
        keys = [backend.store.key_of(ANA, memory.id) for memory in (one, both)]

        found = backend.words.holding(SESSION, "roses tulips orchids", [*keys, *keys])

        assert found.keys.tolist() == sorted(keys)
        assert found.holds.tolist() == [[True, True, False], [False, True, False]]
        assert found.told.sum() == pytest.approx(1)
        assert found.told[0] > found.told[1] > found.told[2] == 0
        assert len(backend.words.holding(BOB, "roses", keys).keys) == 0

    def test_bridges_are_no_more_than_the_limit_and_none_from_nowhere(
        self, backend: Backend, scribe: Scribe
    ) -> None:
        scribe.remember(*(f"Austen wrote letter {n}" for n in range(5)), *CROWD)
        keys = [key for key, memory in keys_of(backend).items() if "letter 0" in memory.text]

        assert len(backend.words.bridges(ANA, "who wrote", keys, limit=2)) == 2
        assert not backend.words.bridges(ANA, "who wrote", [], limit=2)
        assert not backend.words.bridges(BOB, "who wrote", keys, limit=2)


def scores_by_text(backend: Backend, query: str) -> Mapping[Signal, dict[str, float]]:
    """What is found of Ana's, by its text."""
    found = backend.words.search(ANA, query, limit=100)
    return {signal: _by_text(backend, scores) for signal, scores in found.items()}


def best(backend: Backend, query: str) -> list[str]:
    """The texts that are found, the best window first."""
    found = scores_by_text(backend, query)[Signal.WORDS_WINDOW]
    return sorted(found, key=lambda text: -found[text])


def _by_text(backend: Backend, scores: Scores) -> dict[str, float]:
    memories = memories_of(backend, scores.by_key)
    return {memories[key].text: score for key, score in scores.by_key.items() if key in memories}


def keys_of(backend: Backend) -> Mapping[int, Memory]:
    """The memories of Ana by their keys."""
    every = backend.vectors.search(ANA, EMBEDDER.embed_query("any"), limit=10_000)[Signal.MEANING]
    return memories_of(backend, every.by_key, ANA)
