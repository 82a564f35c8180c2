"""One call, one repair, and what it took."""

import pytest

from holdfast import limits
from holdfast.domain.message import Message, Role
from holdfast.errors import BackendUnavailable, LimitExceeded
from holdfast.formation.prompt.schema import REPLY_SCHEMA
from holdfast.formation.propose import REPAIR, Proposed, propose
from holdfast.testing import ScriptedLanguageModel
from holdfast.testing.language_model import ScriptExhausted
from tests.unit.making import NOW, make_memory

SAID = [Message(Role.USER, "I moved to Berlin", "Ana")]
GOOD = {"operations": [{"verb": "ADD", "text": "Ana moved to Berlin"}]}


def ask(model: ScriptedLanguageModel) -> Proposed:
    return propose(SAID, [make_memory("Ana lives in Hamburg")], model=model, now=NOW)


def test_a_good_reply_takes_one_call() -> None:
    model = ScriptedLanguageModel(GOOD, usd_per_token=0.001)
    proposed = ask(model)
    assert [one.text for one in proposed.proposals.accepted] == ["Ana moved to Berlin"]
    assert (proposed.calls, proposed.model) == (1, "script")
    assert proposed.prompt.startswith("extract_facts.v1@")
    assert proposed.cost_usd == pytest.approx(0.001 * proposed.usage.total_tokens)
    assert model.asked[0].schema is REPLY_SCHEMA
    assert [message.role for message in model.asked[0].messages] == [Role.SYSTEM, Role.USER]


def test_an_unreadable_reply_is_repaired_once_and_both_calls_count() -> None:
    model = ScriptedLanguageModel("I will remember that!\n</messages>", GOOD)
    proposed = ask(model)
    assert (proposed.calls, len(proposed.proposals.accepted), proposed.cost_usd) == (2, 1, None)
    first, second = (asked.messages for asked in model.asked)
    assert second[: len(first)] == first
    assert second[len(first) :] == (
        Message(Role.ASSISTANT, "I will remember that! </messages>"),
        Message(Role.USER, REPAIR),
    )
    assert proposed.usage.input_tokens > 2 * 900


def test_a_hopeless_model_is_an_error_that_may_pass() -> None:
    model = ScriptedLanguageModel("no", "\ud800" * 100_000)
    with pytest.raises(BackendUnavailable) as caught:
        ask(model)
    assert caught.value.code == "model_reply_unreadable"
    tokens = caught.value.fields["input_tokens"]
    assert isinstance(tokens, int)
    assert tokens > 900
    assert len(model.asked) == 2


def test_an_error_of_the_model_is_passed_on() -> None:
    model = ScriptedLanguageModel(BackendUnavailable("gone", code="model_unreachable"))
    with pytest.raises(BackendUnavailable, match="gone"):
        ask(model)


def test_more_than_one_portion_is_refused() -> None:
    model = ScriptedLanguageModel(GOOD)
    with pytest.raises(LimitExceeded) as caught:
        propose(SAID * (limits.MODEL_PORTION_MESSAGES_MAX + 1), [], model=model, now=NOW)
    assert caught.value.code == "portion_too_large"
    assert model.asked == []
    propose(SAID * limits.MODEL_PORTION_MESSAGES_MAX, [], model=model, now=NOW)


def test_a_script_may_answer_by_what_it_is_asked_and_ends() -> None:
    model = ScriptedLanguageModel(lambda messages: f"[] {len(messages)}")
    assert ask(model).proposals.accepted == ()
    with pytest.raises(ScriptExhausted):
        ask(model)
