"""What a language model reads becomes facts, by the rules that hold for all facts."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from holdfast import Holdfast
from holdfast.domain.decision import Decision
from holdfast.domain.extractor import read_extractor
from holdfast.domain.job import JobState
from holdfast.domain.memory import Kind, Memory, Origin
from holdfast.errors import BackendUnavailable, LimitExceeded
from holdfast.formation.prompt.template import load_template
from holdfast.ports import Usage
from holdfast.settings import Settings
from holdfast.testing import FrozenClock, HashingEmbedder, ScriptedLanguageModel, open_in_memory
from tests.unit.scripts import home, operation, reply, told

pytestmark = pytest.mark.facts

EMBEDDER = HashingEmbedder()
NOW = datetime(2026, 11, 1, tzinfo=UTC)
AWAY = BackendUnavailable("nobody answers at 127.0.0.1", code="model_unreachable")

Open = Callable[..., Holdfast]


@pytest.fixture(params=["file", "twin"])
def open_with(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Opens the store of the test with a model that follows a script; may be called again."""
    twin = open_in_memory(EMBEDDER.identity) if request.param == "twin" else None
    clock = FrozenClock(NOW)

    def opened(*script: object, **options: Any) -> Holdfast:  # noqa: ANN401 (the options of an engine)
        model = options.pop("model", None) or ScriptedLanguageModel(*script, usd_per_token=1e-6)
        store = twin or tmp_path / "agent.db"
        return Holdfast(store, embedder=EMBEDDER, clock=options.pop("clock", clock), model=model, **options)

    return opened


def said(text: str, at: str = "2026-01-05", name: str = "Ana", role: str = "user") -> dict[str, str]:
    return {"role": role, "name": name, "content": text, "at": at}


def asked(memory: Holdfast) -> list[str]:
    model = memory.model
    assert isinstance(model, ScriptedLanguageModel)
    return [request.messages[1].content for request in model.asked]


def facts_of(memory: Holdfast) -> list[str]:
    return [each.text for each in memory.list(user_id="ana").memories if each.origin is Origin.DERIVED]


def fact(memory: Holdfast, text: str) -> Memory:
    (found,) = [each for each in memory.list(user_id="ana").memories if each.text == text]
    return memory.get(found.id)


def test_addition_becomes_a_fact_that_cites_its_message_and_its_origin(open_with: Open) -> None:
    memory = open_with(reply(home("ADD", "Rome", importance=1.0)))

    added = memory.add(said("I live in Rome with my cat"), user_id="ana", metadata={"category": "home"})

    (change,) = added.facts
    found = memory.get(change.memory.id)
    assert (added.status, change.event, found.text) == ("done", Decision.ADD, "Ana lives in Rome")
    assert (found.kind, found.origin, found.trust, found.category) == (
        Kind.SEMANTIC, Origin.DERIVED, 1.0, "home",
    )  # fmt: skip
    assert found.sources == added.memories[0].sources
    assert found.valid_at == datetime(2026, 1, 5, tzinfo=UTC)
    assert (found.created_at, set(found.entities)) == (NOW, {"Ana", "Rome"})
    assert found.statement is not None
    extractor = read_extractor(found.statement.extractor)
    assert (extractor.name, extractor.prompt) == ("scripted:script", str(load_template()))
    assert memory.job_counts().done == 1


def test_update_supersedes_what_was_shown_and_resolves_the_time_by_rules(open_with: Open) -> None:
    move = home("UPDATE", "Oslo", 1, valid_at="2026-03-20", time_words="on 3 March")
    memory = open_with(reply(home("ADD", "Rome")), reply(move))
    (old,) = memory.add(said("I live in Rome"), user_id="ana").facts

    (change,) = memory.add(said("I moved to Oslo on 3 March", "2026-03-12"), user_id="ana").facts

    assert asked(memory)[1].startswith("<memories>\n1 [2026-01-05] Ana lives in Rome\n</memories>")
    closed = memory.get(old.memory.id)
    assert (change.event, change.memory.text, change.previous) == (
        Decision.UPDATE, "Ana lives in Oslo", closed,
    )  # fmt: skip
    assert change.memory.valid_at == closed.invalid_at == datetime(2026, 3, 3, tzinfo=UTC)
    assert facts_of(memory) == ["Ana lives in Oslo"]
    (link,) = memory.related(change.memory.id)
    assert (link.relation.type, link.memory.id) == ("supersedes", closed.id)
    assert [version.event for version in memory.history(closed.id)] == ["memory.created", "memory.superseded"]


def test_another_value_of_a_single_attribute_supersedes_without_being_called_an_update(
    open_with: Open,
) -> None:
    again = home("ADD", "Oslo", attribute="place of residence")
    memory = open_with(reply(home("ADD", "Rome")), reply(again))
    memory.add(said("I live in Rome"), user_id="ana")

    (change,) = memory.add(said("Oslo is where I live", "2026-03-12"), user_id="ana").facts

    assert (change.event, facts_of(memory)) == (Decision.UPDATE, ["Ana lives in Oslo"])


def test_earlier_statement_that_arrives_later_overwrites_nothing(open_with: Open) -> None:
    memory = open_with(reply(home("ADD", "Oslo")), reply(home("UPDATE", "Rome", 1)))
    memory.add(said("I live in Oslo", "2026-03-12"), user_id="ana")

    (change,) = memory.add(said("I live in Rome", "2026-01-05"), user_id="ana").facts

    assert (change.event, change.memory.invalid_at) == (Decision.ADD, datetime(2026, 3, 12, tzinfo=UTC))
    assert facts_of(memory) == ["Ana lives in Oslo"]


def test_delete_invalidates_and_none_is_one_more_source(open_with: Open) -> None:
    cat = operation("ADD", "Ana has a cat called Miso", subject="Ana", attribute="pet", value="Miso")
    memory = open_with(
        reply(home("ADD", "Rome"), cat),
        reply(operation("DELETE", "", 1), operation("NONE", "", 2)),
    )
    memory.add(said("I live in Rome with my cat Miso"), user_id="ana")

    later = memory.add(said("I do not live in Rome any more. Miso is fine", "2026-03-12"), user_id="ana")

    assert told(later.facts) == [
        ("DELETE", "Ana lives in Rome"),
        ("NONE", "Ana has a cat called Miso"),
    ]
    assert facts_of(memory) == ["Ana has a cat called Miso"]
    assert len(fact(memory, "Ana has a cat called Miso").sources) == 2
    gone = memory.get(later.facts[0].memory.id)
    assert (gone.invalid_at, gone.is_deleted) == (datetime(2026, 3, 12, tzinfo=UTC), False)
    assert memory.restore(gone.id, version=1).invalid_at is None


def test_value_that_is_told_more_fully_holds_since_it_did(open_with: Open) -> None:
    fuller = operation("UPDATE", "Ana lives in Rome, near the river", 1, value="Rome")
    memory = open_with(reply(home("ADD", "Rome")), reply(fuller))
    memory.add(said("I live in Rome"), user_id="ana")

    (change,) = memory.add(said("My flat in Rome is near the river", "2026-03-12"), user_id="ana").facts

    assert (change.event, change.memory.valid_at) == (Decision.UPDATE, datetime(2026, 1, 5, tzinfo=UTC))
    assert facts_of(memory) == ["Ana lives in Rome, near the river"]


def test_instruction_is_procedural_and_comes_from_people_only(open_with: Open) -> None:
    rule = operation("ADD", "Ana wants answers in Dutch", kind="procedural", value="Dutch")
    memory = open_with(reply(rule), reply(rule))

    first = memory.add(said("Please give me answers in Dutch, always"), user_id="ana")
    second = memory.add(said("Ana wants answers in Dutch", role="tool"), user_id="bob")

    assert [change.memory.kind for change in first.facts] == [Kind.PROCEDURAL]
    assert (second.status, second.facts) == ("done", ())


def test_fact_of_two_messages_cites_both_and_an_echo_costs_it_no_trust(open_with: Open) -> None:
    both = operation("ADD", "Ana has a cat called Miso and a dog called Rex", subject="Ana")
    memory = open_with(reply(both))

    added = memory.add(
        [
            said("My cat is called Miso"),
            said("And the dog is Rex"),
            said("Miso the cat and Rex the dog, how nice", name="Bot", role="assistant"),
        ],
        user_id="ana",
    )

    (change,) = added.facts
    assert {source.position for source in change.memory.sources} <= {0, 1, 2}
    assert len(change.memory.sources) > 1
    lowest = min({"user": 1.0, "assistant": 0.7}[source.role.value] for source in change.memory.sources)
    assert change.memory.trust == lowest
    assert memory.get(change.memory.id).sources == change.memory.sources


def test_people_are_told_apart_by_name(open_with: Open) -> None:
    anas = operation("ADD", "Ana works at Siemens", subject="Ana", attribute="employer", value="Siemens")
    bens = operation("ADD", "Ben works at Bosch", subject="Ben", attribute="employer", value="Bosch")
    memory = open_with(reply(anas, bens))

    added = memory.add([said("I work at Siemens"), said("And I at Bosch", name="Ben")], user_id="ana")

    assert told(added.facts) == [("ADD", "Ana works at Siemens"), ("ADD", "Ben works at Bosch")]
    assert "Ben" in {source.name for source in added.facts[1].memory.sources}
    subjects = [change.memory.statement and change.memory.statement.subject for change in added.facts]
    assert subjects == ["Ana", "Ben"]


def test_same_words_again_are_not_stored_twice(open_with: Open) -> None:
    memory = open_with(reply(home("ADD", "Rome")), reply(home("ADD", "Rome")))
    memory.add(said("I live in Rome"), user_id="ana")

    again = memory.add(said("Rome is where I live", "2026-02-05"), user_id="ana")

    assert told(again.facts) == [("NONE", "Ana lives in Rome")]
    assert len(fact(memory, "Ana lives in Rome").sources) == 2


def test_neither_what_was_only_said_nor_what_others_own_is_shown(open_with: Open) -> None:
    memory = open_with(reply(home("ADD", "Rome")), reply(), reply())
    memory.add(said("I live in Rome"), user_id="ana")
    memory.add(said("I live in Rome too"), user_id="bob")
    memory.add(said("I live in Rome"), user_id="ana", agent_id="tutor")

    assert [request.split("</memories>")[0].count("\n") for request in asked(memory)] == [1, 1, 1]


def test_what_is_trusted_more_is_contradicted_and_not_replaced(open_with: Open) -> None:
    memory = open_with(reply(home("ADD", "Rome")), reply(home("ADD", "Oslo")))
    memory.add(said("I live in Rome"), user_id="ana")

    later = memory.add(said("Ana lives in Oslo", "2026-03-12", "Bot", "assistant"), user_id="ana")

    (change,) = later.facts
    assert (change.event, change.memory.trust) == (Decision.ADD, 0.7)
    assert sorted(facts_of(memory)) == ["Ana lives in Oslo", "Ana lives in Rome"]
    assert [link.relation.type for link in memory.related(change.memory.id)] == ["contradicts"]


def test_memory_that_changed_after_it_was_shown_is_left_alone(open_with: Open) -> None:
    edited: list[Memory] = []

    def meanwhile(_: object) -> object:
        (rome,) = [each for each in memory.list(user_id="ana").memories if each.text == "Ana lives in Rome"]
        edited.append(memory.update(rome.id, text="Ana lives in Rome, Italy"))
        return reply(home("UPDATE", "Oslo", 1), operation("DELETE", "", 2))

    memory = open_with(reply(home("ADD", "Rome")), meanwhile)
    memory.add(said("I live in Rome"), user_id="ana")

    (change,) = memory.add(said("I moved from Rome to Oslo", "2026-03-12"), user_id="ana").facts

    assert (change.event, change.memory.text) == (Decision.ADD, "Ana lives in Oslo")
    assert memory.get(edited[0].id) == edited[0]


def test_message_that_is_deleted_while_the_model_reads_gives_no_fact(open_with: Open) -> None:
    def meanwhile(_: object) -> object:
        memory.delete(memory.list(user_id="ana").memories[0].id)
        return reply(home("ADD", "Rome"))

    memory = open_with(meanwhile)

    added = memory.add(said("I live in Rome"), user_id="ana")

    assert (added.status, added.facts, memory.stats().memories) == ("done", (), 0)


def test_failing_model_leaves_the_words_and_a_job(open_with: Open) -> None:
    memory = open_with(AWAY, reply(home("ADD", "Rome")))

    added = memory.add(said("I live in Rome"), user_id="ana")

    assert (added.status, added.facts) == ("processing", ())
    assert added.waiting_for is not None
    assert added.waiting_for.code == "model_unreachable"
    assert memory.search("Where is Rome?", user_id="ana")[0].memory.text == "I live in Rome"
    (job,) = memory.jobs()
    assert (job.id, job.state, job.attempts) == (added.episode_id, JobState.PENDING, 1)
    assert job.due_at > NOW


def test_worker_reads_what_failed_before(open_with: Open) -> None:
    clock = FrozenClock(NOW)
    memory = open_with(AWAY, reply(home("ADD", "Rome")), clock=clock)
    memory.add(said("I live in Rome"), user_id="ana")
    clock.advance(seconds=10)

    ran = memory.worker().run_once()

    assert ran is not None
    assert (ran.outcome, facts_of(memory)) == (JobState.DONE, ["Ana lives in Rome"])


def test_without_waiting_the_model_is_not_asked(open_with: Open) -> None:
    memory = open_with(reply(home("ADD", "Rome")))

    added = memory.add(said("I live in Rome"), user_id="ana", wait=False)

    assert (added.status, added.usage, asked(memory)) == ("processing", None, [])
    assert memory.worker().run_once() is not None
    assert facts_of(memory) == ["Ana lives in Rome"]


def test_model_that_fails_for_good_ends_in_a_dead_letter_that_can_be_retried(open_with: Open) -> None:
    clock = FrozenClock(NOW)
    broken = ScriptedLanguageModel(*[ValueError("out of order")] * 5, reply(home("ADD", "Rome")))
    memory = open_with(model=broken, clock=clock)
    memory.add(said("I live in Rome"), user_id="ana")
    for _ in range(4):
        clock.advance(seconds=3_600)
        memory.worker().run_once()
    assert memory.job_counts().dead == 1

    memory.retry()
    memory.worker().run_once()

    assert (memory.job_counts().dead, facts_of(memory)) == (0, ["Ana lives in Rome"])


def test_rules_do_on_request_what_waits_for_a_model(open_with: Open) -> None:
    memory = open_with(AWAY)
    memory.add(said("I live in Rome"), user_id="ana", wait=False)

    by_rules = open_with(model="rules")
    by_rules.worker().run_once()

    (found,) = [each for each in by_rules.list(user_id="ana").memories if each.origin is Origin.DERIVED]
    assert found.statement is not None
    assert (found.text, found.statement.extractor) == ("Ana lives in Rome", "rules")
    assert told(by_rules.add(said("I live in Oslo", "2026-02-01"), user_id="ana").facts) == [
        ("UPDATE", "Ana lives in Oslo")
    ]


def test_no_facts_are_derived_when_none_are_wanted(open_with: Open) -> None:
    memory = open_with()

    added = memory.add(said("I live in Rome"), user_id="ana", infer=False)

    assert (added.status, memory.job_counts().done, asked(memory)) == ("done", 0, [])


def test_dry_run_asks_once_and_writes_nothing(open_with: Open) -> None:
    memory = open_with(reply(home("ADD", "Rome")), reply(home("UPDATE", "Oslo", 1)))
    memory.add(said("I live in Rome"), user_id="ana")
    before = memory.stats()

    preview = memory.add(said("I live in Oslo", "2026-03-12"), user_id="ana", dry_run=True)

    after = memory.stats()
    assert (preview.status, told(preview.facts)) == ("done", [("UPDATE", "Ana lives in Oslo")])
    assert preview.usage is not None
    assert len(asked(memory)) == 2
    assert (after.change_number, after.memories, after.episodes) == (
        before.change_number, before.memories, before.episodes,
    )  # fmt: skip
    assert facts_of(memory) == ["Ana lives in Rome"]
    assert memory.job_counts().pending == 0


def test_dry_run_without_an_answer_is_an_error(open_with: Open) -> None:
    with pytest.raises(BackendUnavailable):
        open_with(AWAY).add(said("I live in Rome"), user_id="ana", dry_run=True)


def test_repeated_key_answers_with_the_facts_that_came_later(open_with: Open) -> None:
    memory = open_with(reply(home("ADD", "Rome")))
    first = memory.add(said("I live in Rome"), user_id="ana", idempotency_key="k1", wait=False)
    meanwhile = memory.add(said("I live in Rome"), user_id="ana", idempotency_key="k1", wait=False)
    memory.worker().run_once()

    later = memory.add(said("I live in Rome"), user_id="ana", idempotency_key="k1")

    assert (first.status, meanwhile.status, later.status) == ("processing", "processing", "done")
    assert (first.episode_id, told(later.facts)) == (later.episode_id, [("ADD", "Ana lives in Rome")])


def test_long_conversation_is_read_in_portions_of_which_each_sees_the_facts_before(open_with: Open) -> None:
    memory = open_with(reply(home("ADD", "Rome")), reply(home("UPDATE", "Oslo", 1)))
    conversation = [
        said("I live in Rome"),
        *(said(f"Message number {n}") for n in range(58)),
        said("I moved to Oslo", "2026-03-12"),
    ]

    added = memory.add(conversation, user_id="ana")

    assert told(added.facts) == [("ADD", "Ana lives in Rome"), ("UPDATE", "Ana lives in Oslo")]
    assert (memory.job_counts().done, len(asked(memory))) == (2, 2)
    assert added.usage is not None
    assert added.usage.total_tokens == sum(
        day.input_tokens + day.output_tokens for day in memory.stats().spending
    )


def test_tokens_and_price_are_told_and_kept(open_with: Open) -> None:
    memory = open_with("nothing that can be read", reply(), reply())

    first = memory.add(said("I live in Rome"), user_id="ana")
    second = memory.add(said("I like tea"), user_id="ana")

    assert (first.usage, second.usage) != (None, None)
    (day,) = memory.stats().spending
    assert (day.day, day.model, day.calls) == (NOW.date(), "scripted:script", 3)
    total = sum((each.usage or Usage()).total_tokens for each in (first, second))
    assert day.input_tokens + day.output_tokens == total
    assert (
        day.cost_usd == pytest.approx((first.cost or 0) + (second.cost or 0)) == pytest.approx(total * 1e-6)
    )


def test_spent_budget_puts_jobs_off_to_the_next_day_and_stops_no_add(
    open_with: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOLDFAST_MODEL_TOKENS_PER_DAY", "100")
    clock = FrozenClock(NOW)
    memory = open_with(reply(), reply(home("ADD", "Rome")), clock=clock)
    memory.add(said("I like tea"), user_id="ana")

    other = open_with(model=memory.model, clock=clock)  # as another process would
    added = other.add(said("I live in Rome"), user_id="ana")
    clock.advance(seconds=10 * 3_600)
    assert other.worker().run_once() is None

    assert (added.status, len(asked(other))) == ("processing", 1)
    assert added.waiting_for is not None
    assert added.waiting_for.code == "model_budget_spent"
    (job,) = other.jobs(state="pending")
    assert (job.attempts, job.due_at) == (0, NOW + timedelta(days=1))
    with pytest.raises(LimitExceeded):
        other.add(said("I am Ana"), user_id="ana", dry_run=True)
    clock.advance(seconds=15 * 3_600)
    other.worker().run_once()
    assert facts_of(other) == ["Ana lives in Rome"]


def test_model_that_cannot_be_opened_stops_no_add(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_MODEL", "nobody:knows")
    with Holdfast(tmp_path / "agent.db", embedder=EMBEDDER) as memory:
        added = memory.add(said("I live in Rome"), user_id="ana")

        assert Settings.read().model == memory.model_name == "nobody:knows"
        assert (added.status, added.waiting_for and added.waiting_for.code) == ("processing", "unknown_model")
        assert memory.stats().memories == 1


def test_what_expires_is_learned_with_its_expiry(open_with: Open) -> None:
    clock = FrozenClock(NOW)
    memory = open_with(reply(home("ADD", "Rome")), clock=clock)
    soon = NOW + timedelta(hours=1)

    (change,) = memory.add(said("I live in Rome"), user_id="ana", expires_at=soon).facts
    memory.add(said("I like tea"), user_id="ana", expires_at=soon, wait=False)
    clock.advance(seconds=7_200)
    ran = memory.worker().run_once()

    assert change.memory.expires_at == soon
    assert ran is not None
    assert (ran.outcome, len(asked(memory))) == (JobState.DONE, 1)


def test_thread_of_the_engine_reads_what_add_does_not_wait_for(tmp_path: Path) -> None:
    model = ScriptedLanguageModel(reply(home("ADD", "Rome")))
    with Holdfast(tmp_path / "agent.db", embedder=EMBEDDER, model=model, worker=True) as memory:
        memory.add(said("I live in Rome"), user_id="ana", wait=False)
        deadline = time.monotonic() + 20
        while not facts_of(memory):
            assert time.monotonic() < deadline
            time.sleep(0.01)

        assert facts_of(memory) == ["Ana lives in Rome"]


def test_same_words_of_another_day_are_another_event(open_with: Open) -> None:
    ran = operation("ADD", "Ana ran a marathon", subject="Ana", attribute="event", time_words="yesterday")
    memory = open_with(reply(ran), reply(ran))
    memory.add(said("I ran a marathon yesterday"), user_id="ana")

    (change,) = memory.add(said("I ran a marathon yesterday", "2026-10-02"), user_id="ana").facts

    assert (change.event, change.memory.valid_at) == (Decision.ADD, datetime(2026, 10, 1, tzinfo=UTC))
    assert facts_of(memory) == ["Ana ran a marathon"] * 2


def test_facts_near_in_meaning_are_shown_although_many_messages_are_nearer(open_with: Open) -> None:
    cat = operation("ADD", "Ana has a grey cat", subject="Ana", attribute="pet", value="grey cat")
    memory = open_with(reply(cat), reply())
    memory.add(said("My grey cat sleeps all day"), user_id="ana")
    for number in range(60):
        memory.add(said(f"The grey cat slept on chair number {number}"), user_id="ana", infer=False)

    memory.add(said("The grey cat is awake"), user_id="ana")

    assert "1 [2026-01-05] Ana has a grey cat" in asked(memory)[1]
