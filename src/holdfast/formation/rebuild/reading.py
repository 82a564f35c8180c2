"""Reads the episodes of a scope anew, in the order in which they were stored, into the shadow."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from holdfast import limits
from holdfast.domain.extractor import RULES
from holdfast.domain.job import Finish, JobState
from holdfast.domain.memory import Kind, origin_of, trust_of
from holdfast.domain.message import fingerprint
from holdfast.errors import Conflict, LimitExceeded, NotFound
from holdfast.formation.errand import EXTRACT, Errand, extract_job, read_errand
from holdfast.formation.extract import extract
from holdfast.formation.form import Said, fingerprint_of_fact, form
from holdfast.formation.learn import decide_on, portion_from, read
from holdfast.formation.rebuild.by_hand import is_by_hand
from holdfast.formation.remember import Conversation, memory_of, own_words
from holdfast.formation.sources import source_of
from holdfast.ports import Derive, NewMemory, Remember

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from holdfast.domain.job import Job, JobClaim, NewJob
    from holdfast.domain.memory import Memory
    from holdfast.domain.message import Episode
    from holdfast.domain.scope import Scope
    from holdfast.formation.kit import FormationKit
    from holdfast.formation.learn import Portion
    from holdfast.formation.rebuild.kit import RebuildKit
    from holdfast.ports import MemoryStore, Recorded

Place = tuple[str, int]
"""A message: its episode, and its position there."""

_READ, _UNREAD = "read", ""
"""What the shadow holds in the place of a message's words."""


@dataclass(slots=True)
class WasRead:
    """What reading came to.

    Attributes:
        episodes: how many.
        messages: those in them that are known still.
        gone: messages that were read for this comparison and have been deleted since.
    """

    episodes: int = 0
    messages: int = 0
    gone: set[Place] = field(default_factory=set)


class _Told(NamedTuple):
    """An episode in own words, the places that may be read, and the memories that hold a message alone."""

    episode: Episode
    places: tuple[int, ...]
    holders: Mapping[int, Memory]
    expires_at: datetime | None


class _Earlier(NamedTuple):
    """What was in memory when an episode was said: what came of it later was not recalled in it."""

    store: MemoryStore
    before: datetime

    def worded(self, scope: Scope, wordings: Sequence[int]) -> Mapping[int, tuple[Memory, ...]]:
        found = self.store.worded(scope, wordings)
        return {
            number: earlier
            for number, memories in found.items()
            if (earlier := tuple(each for each in memories if each.created_at < self.before))
        }


def read_anew(kit: RebuildKit) -> WasRead:
    """Read every episode that the shadow does not have yet; one that was broken off goes on.

    Raises:
        LimitExceeded: ``model_budget_spent``; ``too_many_episodes``.
        BackendError: as the model raises it.
        Conflict: ``rebuild_running``.
    """
    total = kit.present.store.episode_count(kit.scope)
    _require_bounded(total)
    done, is_broken_off = WasRead(), _broken_off(kit) is not None
    for recorded in _episodes(kit):
        told = _tell(recorded, kit)
        known = _known_places(recorded.episode.id, kit)
        if known is None:
            _take(told, kit)
        else:
            done.gone |= {(recorded.episode.id, place) for place in known - {*told.places}}
        if kit.learning.model is not None and (known is None or is_broken_off):
            _ask(told, kit)
            is_broken_off = is_broken_off and _broken_off(kit) is not None
        done.episodes += 1
        done.messages += len(told.places)
        kit.progress(done.episodes, total)
    return done


def was_read(place: Place, kit: RebuildKit) -> bool:
    """Whether a message could be read."""
    known = _known_places(place[0], kit)
    return known is not None and place[1] in known


def _require_bounded(total: int) -> None:
    if total > limits.REBUILD_EPISODES_MAX:
        raise LimitExceeded(
            f"{total:,} episodes; one rebuild reads {limits.REBUILD_EPISODES_MAX:,}: rebuild one user or "
            "agent after the other",
            code="too_many_episodes",
            episodes=total,
            episodes_max=limits.REBUILD_EPISODES_MAX,
        )


def _episodes(kit: RebuildKit) -> Iterator[Recorded]:
    after = None
    while page := kit.present.store.episodes(kit.scope, after=after, limit=limits.REBUILD_BATCH):
        for recorded in page:
            if kit.scope is None or kit.scope.covers(recorded.episode.scope.owner):
                yield recorded
        after = page[-1].episode.id


def _known_places(episode_id: str, kit: RebuildKit) -> set[int] | None:
    """The messages of an episode that the shadow has read, if it has the episode."""
    try:
        episode = kit.shadow.store.episode(episode_id)
    except NotFound:
        return None
    return {place for place, message in enumerate(episode.messages) if message.content == _READ}


def _tell(recorded: Recorded, kit: RebuildKit) -> _Told:
    episode, now = recorded.episode, kit.present.clock.now()
    visible = [(memory, digest) for memory, digest in recorded.held if memory.is_visible(now)]
    digests = {digest for _, digest in visible}
    own = own_words(episode, _Earlier(kit.present.store, episode.created_at))
    places = tuple(
        place
        for place, message in enumerate(episode.messages)
        if own.messages[place].content and fingerprint(message) in digests
    )
    expiries = [memory.expires_at for memory, _ in visible if memory.sources[0].episode_id == episode.id]
    return _Told(own, places, _holders(recorded, kit.present), expiries[0] if expiries else None)


def _holders(recorded: Recorded, kit: FormationKit) -> dict[int, Memory]:
    """The memories that were captured from one message each, and from all of it, as they were then."""
    captured: dict[int, list[Memory]] = {}
    for memory, _ in recorded.held:
        if memory.sources[0].episode_id == recorded.episode.id:
            captured.setdefault(memory.sources[0].position, []).append(memory)
    alone = {place: held[0] for place, held in captured.items() if len(held) == 1}
    return {place: memory for place, memory in alone.items() if not _is_touched(memory, kit)}


def _is_touched(memory: Memory, kit: FormationKit) -> bool:
    if memory.version == 1:
        return False
    return is_by_hand(memory, kit.store.history(memory.scope, memory.id), store=kit.store)


def _take(told: _Told, kit: RebuildKit) -> None:
    """Put an episode into the shadow: with its facts by rules, or with the job of a model."""
    if kit.learning.model is None:
        kit.shadow.store.commit(_by_rules(told, kit.learning.formation))
        return
    errand = Errand(told.episode.id, expires_at=told.expires_at)
    now = kit.present.clock.now()
    jobs = (extract_job(errand, id=told.episode.id, at=now),) if told.places else ()
    kit.shadow.store.commit(Remember(_without_words(told), ()), jobs=jobs)


def _without_words(told: _Told) -> Episode:
    messages = (
        replace(message, content=_READ if place in told.places else _UNREAD)
        for place, message in enumerate(told.episode.messages)
    )
    return replace(told.episode, messages=tuple(messages))


def _by_rules(told: _Told, kit: FormationKit) -> Remember:
    """The facts as ``add`` derives them, in one transaction with the episode."""
    episode = told.episode
    found = extract([episode.messages[place] for place in told.places], at=episode.created_at)
    facts = [replace(fact, position=told.places[fact.position]) for fact in found]
    if not facts:
        return Remember(_without_words(told), ())
    slots = tuple(dict.fromkeys(fact.slot for fact in facts))
    said = [
        Said(
            source_of(episode, place),
            trust_of(origin_of(message.role, message.origin)),
            _as_captured(told, place),
        )
        for place, message in enumerate(episode.messages)
    ]
    whole = Conversation(episode.scope, episode.messages, episode.metadata, None, told.expires_at, None)
    derived = form(
        facts,
        said,
        kit.store.standing(episode.scope, slots, now=episode.created_at),
        episode=episode,
        like=memory_of(whole, episode, facts[0].position, facts[0].text, kit),
        extractor=RULES,
        kit=kit,
    )
    (vector, *_) = kit.embedder.embed_documents([_UNREAD])
    own = tuple(NewMemory(each, vector, fingerprint_of_fact(each)) for each in derived.own.values())
    return Remember(_without_words(told), own, formed=derived.formed)


def _as_captured(told: _Told, place: int) -> Memory | None:
    """The memory that holds a message, without what it states by an earlier reading."""
    held = told.holders.get(place)
    if held is None:
        return None
    source = held.sources[0]
    return as_said(replace(held, version=1, sources=(source,), expired_at=None))


def as_said(memory: Memory) -> Memory:
    """The memory of a message as words that were said, which state nothing."""
    return replace(memory, kind=Kind.EPISODIC, statement=None, valid_at=memory.sources[0].at, invalid_at=None)


def _broken_off(kit: RebuildKit) -> Job | None:
    """The job of what was begun and not finished; there is one at most."""
    jobs = kit.shadow.jobs
    jobs.retry(None, now=kit.present.clock.now())
    found = (job for state in (JobState.PENDING, JobState.RUNNING) for job in jobs.list(state=state, limit=1))
    return next(found, None)


def _ask(told: _Told, kit: RebuildKit) -> None:
    """Have the model read the portions of an episode that it has not read yet."""
    jobs, clock = kit.shadow.jobs, kit.present.clock
    while (job := _broken_off(kit)) and read_errand(job).episode_id == told.episode.id:
        claim = jobs.claim([EXTRACT], now=clock.now(), lease_seconds=limits.JOB_LEASE_SECONDS, job_id=job.id)
        if claim is None:
            raise Conflict(
                "another rebuild reads the same, or was ended by force just now: try again in a minute",
                code="rebuild_running",
            )
        try:
            _learn(claim, read_errand(job), told, kit)
        except BaseException:  # also Ctrl+C: the next one goes on at once
            jobs.give_back(claim, now=clock.now())
            raise


def _learn(claim: JobClaim, errand: Errand, told: _Told, kit: RebuildKit) -> None:
    portion = portion_from(told.episode, errand.first)
    there = tuple(place for place in portion.places if place in told.places)
    formation = kit.learning.formation
    reading = read(told.episode, there, kit.learning)
    derived = decide_on(reading, there, told.episode, told.expires_at, formation)
    now = formation.clock.now()
    kit.shadow.store.commit(
        Derive(told.episode.scope, told.episode.id, derived.formed, now),
        jobs=_next(portion, errand, formation),
        finishes=Finish(claim, now),
    )


def _next(portion: Portion, errand: Errand, kit: FormationKit) -> tuple[NewJob, ...]:
    if portion.next_first is None:
        return ()
    follows = errand._replace(first=portion.next_first)
    return (extract_job(follows, id=kit.ids.new_id(), at=kit.clock.now()),)
