"""The recipe of a language model's job: read an episode, ask once, decide, commit with the job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from holdfast import limits
from holdfast.domain.decision import Decision, identified
from holdfast.domain.extractor import RULES, Extractor
from holdfast.domain.job import Finish
from holdfast.domain.memory import origin_of, trust_of
from holdfast.domain.message import fingerprint
from holdfast.domain.spending import DailyBudget, require_budget
from holdfast.errors import BackendUnavailable, Conflict, NotFound
from holdfast.formation.aim import Aimed, aim
from holdfast.formation.errand import Errand, extract_job, read_errand
from holdfast.formation.extract import extract
from holdfast.formation.form import Derived, Said
from holdfast.formation.nearest import nearest_facts
from holdfast.formation.prompt.render import portions
from holdfast.formation.propose import propose
from holdfast.formation.remember import Conversation, memory_of, own_words
from holdfast.formation.sources import source_of
from holdfast.formation.weigh import weigh
from holdfast.ports import Derive, Usage

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.domain.decision import Change
    from holdfast.domain.job import JobClaim, NewJob
    from holdfast.domain.memory import Memory
    from holdfast.domain.message import Episode
    from holdfast.formation.kit import FormationKit
    from holdfast.formation.propose import Proposed
    from holdfast.ports import LanguageModel, SpendingLedger, VectorIndex

_DECIDE_ANEW = frozenset({"slot_changed", "version_conflict"})


class LearningKit(NamedTuple):
    """What this recipe works with; without a model, rules read."""

    formation: FormationKit
    vectors: VectorIndex
    spending: SpendingLedger
    budget: DailyBudget
    model: LanguageModel | None


class Learned(NamedTuple):
    """What reading came to.

    Attributes:
        changes: what became of each fact.
        usage: the tokens that it took.
        cost_usd: their price; None where nobody knows it.
        next_job_id: the job of the next portion of the episode, if there is one.
    """

    changes: tuple[Change, ...] = ()
    usage: Usage = Usage()
    cost_usd: float | None = 0.0
    next_job_id: str | None = None


class Portion(NamedTuple):
    """The messages of an episode that are read in one call, by position, and where the next ones begin."""

    places: tuple[int, ...]
    next_first: int | None


class Reading(NamedTuple):
    """What was proposed, of which messages, on which memories, by whom."""

    aimed: tuple[Aimed, ...]
    shown: dict[str, Memory]
    extractor: Extractor
    usage: Usage
    cost_usd: float | None


def learn(claim: JobClaim, *, kit: LearningKit) -> Learned:
    """Do the job: on return its facts, the end of the job, and the job of the next portion are on disk.

    No model is asked inside a transaction. What was deleted, erased or has expired since it was said is not
    read.

    Raises:
        LimitExceeded: ``model_budget_spent``; its field ``again_at`` says when to try again.
        BackendError: as the model raises it.
        Conflict: ``lease_lost``, or when others were faster too many times.
    """
    errand = read_errand(claim.job)
    try:
        episode = kit.formation.store.episode(errand.episode_id)
    except NotFound:
        return Learned()
    if errand.expires_at is not None and errand.expires_at <= kit.formation.clock.now():
        return Learned()
    portion = portion_from(episode, errand.first)
    reading = read(
        own_words(episode, kit.formation.store), _still_there(portion.places, episode, kit.formation), kit
    )
    return _commit(reading, portion, errand, episode, claim=claim, kit=kit.formation)


def preview(episode: Episode, *, expires_at: datetime | None, kit: LearningKit) -> Learned:
    """What reading an episode that is not stored would come to, a portion at a time; nothing is learned.

    Raises:
        LimitExceeded: ``model_budget_spent``.
        BackendError: as the model raises it.
    """
    found = Learned()
    first: int | None = 0
    while first is not None:
        portion = portion_from(episode, first)
        reading = read(episode, portion.places, kit)
        derived = decide_on(reading, portion.places, episode, expires_at, kit.formation)
        found = Learned(
            (*found.changes, *derived.changes),
            _sum(found.usage, reading.usage),
            add_costs(found.cost_usd, reading.cost_usd),
        )
        first = portion.next_first
    return found


def add_costs(one: float | None, other: float | None) -> float | None:
    """The price of both; None where that of one is not known."""
    return None if one is None or other is None else one + other


def _sum(one: Usage, other: Usage) -> Usage:
    return Usage(one.input_tokens + other.input_tokens, one.output_tokens + other.output_tokens)


def portion_from(episode: Episode, first: int) -> Portion:
    """The messages to be read in one call, of those from a position on."""
    parts = portions(episode.messages[first:])
    end = first + len(parts[0]) if parts else first
    return Portion(tuple(range(first, end)), end if len(parts) > 1 else None)


def _still_there(places: Sequence[int], episode: Episode, kit: FormationKit) -> tuple[int, ...]:
    """The messages that are still known by the words in which they were said."""
    digests = {place: fingerprint(episode.messages[place]) for place in places}
    known = kit.store.find_known(episode.scope, [*digests.values()], now=kit.clock.now())
    return tuple(place for place, digest in digests.items() if digest in known)


def read(episode: Episode, places: tuple[int, ...], kit: LearningKit) -> Reading:
    """What the model or, without one, the rules find in some messages of an episode; nothing is written.

    Raises:
        LimitExceeded: ``model_budget_spent``.
        BackendError: as the model raises it.
    """
    places = tuple(place for place in places if episode.messages[place].content)
    if kit.model is None or not places:
        return _read_by_rules(episode, places)
    messages = [episode.messages[place] for place in places]
    near = nearest_facts(
        messages, episode.scope, said_at=episode.created_at, vectors=kit.vectors, kit=kit.formation
    )[: limits.MODEL_NEIGHBOURS_MAX]
    shown = {memory.id: memory for memory in near}
    proposed = _ask(episode, places, near, kit.model, kit)
    return Reading(
        aim(proposed.proposals.accepted, shown, episode=episode, places=places),
        shown,
        Extractor(f"{kit.model.identity.provider}:{proposed.model}", proposed.prompt),
        proposed.usage,
        proposed.cost_usd,
    )


def _read_by_rules(episode: Episode, places: tuple[int, ...]) -> Reading:
    facts = extract([episode.messages[place] for place in places], at=episode.created_at)
    aimed = tuple(Aimed(replace(fact, position=places[fact.position]), Decision.ADD, None) for fact in facts)
    return Reading(aimed, {}, Extractor(RULES), Usage(), 0.0)


def _ask(
    episode: Episode, places: Sequence[int], near: Sequence[Memory], model: LanguageModel, kit: LearningKit
) -> Proposed:
    """One call, or a second one for a reply that cannot be read; what they take counts in any case."""
    now, name = kit.formation.clock.now(), str(model.identity)
    require_budget(kit.budget, kit.spending.spent(at=now), now=now)
    try:
        proposed = propose(
            [episode.messages[place] for place in places], near, model=model, now=episode.created_at
        )
    except BackendUnavailable as error:
        if error.code == "model_reply_unreadable":
            usage = Usage(_number(error, "input_tokens"), _number(error, "output_tokens"))
            cost = error.fields.get("cost_usd")
            price = cost if isinstance(cost, float) else None
            kit.spending.record(name, usage, price, calls=1 + limits.MODEL_REPAIRS_MAX, at=now)
        raise
    kit.spending.record(name, proposed.usage, proposed.cost_usd, calls=proposed.calls, at=now)
    return proposed


def _number(error: BackendUnavailable, name: str) -> int:
    value = error.fields.get(name)
    return value if isinstance(value, int) else 0


def _commit(
    reading: Reading,
    portion: Portion,
    errand: Errand,
    episode: Episode,
    *,
    claim: JobClaim,
    kit: FormationKit,
) -> Learned:
    """Decide and write; when others changed what it was decided on, decide anew on what stands then."""
    store, next_job = kit.store, _next_job(portion, errand, kit)
    for _ in range(limits.CONFLICT_RETRIES_MAX):
        there = _still_there(portion.places, episode, kit)
        derived = decide_on(reading, there, episode, errand.expires_at, kit)
        changes = tuple(map(identified, derived.changes))
        now = kit.clock.now()
        change = Derive(
            episode.scope,
            episode.id,
            derived.formed,
            now,
            tuple((each.event, each.memory.id) for each in changes),
            tuple(each.id for each in changes),
            errand.is_answered,
        )
        try:
            store.commit(change, jobs=next_job, finishes=Finish(claim, now))
        except Conflict as conflict:
            if conflict.code not in _DECIDE_ANEW:
                raise
        else:
            next_id = next_job[0].id if next_job else None
            return Learned(changes, reading.usage, reading.cost_usd, next_id)
    raise Conflict("other writers kept changing the same facts: try again", code="too_many_conflicts")


def _next_job(portion: Portion, errand: Errand, kit: FormationKit) -> tuple[NewJob, ...]:
    if portion.next_first is None:
        return ()
    errand = errand._replace(first=portion.next_first)
    return (extract_job(errand, id=kit.ids.new_id(), at=kit.clock.now()),)


def decide_on(
    reading: Reading,
    there: Sequence[int],
    episode: Episode,
    expires_at: datetime | None,
    kit: FormationKit,
) -> Derived:
    """What becomes of what was found, on what stands now in the store of the kit."""
    now = kit.clock.now()
    whole = Conversation(episode.scope, episode.messages, episode.metadata, None, expires_at, None)
    like = memory_of(whole, episode, 0, episode.messages[0].content, kit)
    said = [
        Said(source_of(episode, place), trust_of(origin_of(message.role, message.origin)), None)
        for place, message in enumerate(episode.messages)
    ]
    return weigh(
        [each for each in reading.aimed if {each.fact.position, *each.fact.also} <= set(there)],
        said,
        reading.shown if reading.extractor.is_model else None,
        episode=replace(episode, created_at=now),
        like=replace(like, created_at=now, updated_at=now),
        extractor=reading.extractor,
        kit=kit,
    )
