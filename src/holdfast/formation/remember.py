"""The recipe of ``add``: compare with what is known, capture what is new, commit, answer."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING

from holdfast import limits
from holdfast.domain.decision import DONE, PROCESSING, AddResult, Change, Decision, identified
from holdfast.domain.extractor import RULES
from holdfast.domain.memory import (
    Kind,
    Memory,
    State,
    Tier,
    indexed_text,
    origin_of,
    trust_of,
)
from holdfast.domain.message import Episode, fingerprint
from holdfast.errors import Conflict
from holdfast.formation.compare import Compared, Novelty, compare
from holdfast.formation.errand import Errand, extract_job
from holdfast.formation.form import Said, form
from holdfast.formation.importance import importance_of
from holdfast.formation.pieces import cut
from holdfast.formation.recalled.hear import hear
from holdfast.formation.redaction.redactor import counts_of, require_no_tokens
from holdfast.formation.sources import source_of
from holdfast.ports import Answer, Idempotency, NewMemory, Remember

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.domain.decision import Redaction
    from holdfast.domain.job import NewJob
    from holdfast.domain.message import Message
    from holdfast.domain.metadata import Metadata
    from holdfast.domain.origin import Origin
    from holdfast.domain.scope import Scope
    from holdfast.formation.form import Derived
    from holdfast.formation.kit import FormationKit
    from holdfast.formation.recalled.hear import Wordings
    from holdfast.ports import Answered

Known = Mapping[bytes, tuple[Memory, ...]]

_DECIDE_ANEW = frozenset({"already_known", "idempotency_conflict", "slot_changed", "version_conflict"})


@dataclass(frozen=True, slots=True)
class Conversation:
    """What is to be remembered, checked and complete.

    Without ``importance`` each message has that of its words. ``infer`` derives facts, or ``by_model`` asks
    for a job that does; with ``wait`` whoever adds does it next, before any worker. ``dry_run`` decides
    everything and writes nothing.
    """

    scope: Scope
    messages: tuple[Message, ...]
    metadata: Metadata
    importance: float | None
    expires_at: datetime | None
    idempotency_key: str | None
    infer: bool = False
    dry_run: bool = False
    by_model: bool = False
    wait: bool = True


def remember(conversation: Conversation, *, kit: FormationKit) -> AddResult:
    """Store what was said, with the facts in it, and answer what became of both; on return all is on disk.

    Raises:
        InvalidInput: ``secret_in_name``.
        Conflict: ``idempotency_key_reused``, or when others were faster too many times.
    """
    clean, redacted = without_secrets(conversation, kit)
    for _ in range(limits.CONFLICT_RETRIES_MAX):
        try:
            result = _remember_once(clean, kit)
            return replace(result, redacted=redacted) if redacted else result
        except Conflict as conflict:
            if conflict.code not in _DECIDE_ANEW:
                raise
    raise Conflict("other writers kept adding the same messages: try again", code="too_many_conflicts")


def without_secrets(
    conversation: Conversation, kit: FormationKit
) -> tuple[Conversation, tuple[Redaction, ...]]:
    """The conversation as it may be stored, and what was taken out of it."""
    redactor = kit.redactor
    if redactor is None:
        return conversation, ()
    scope, counted = conversation.scope, Counter[str]()
    named = [name for message in conversation.messages for name in (message.name, message.id)]
    own = (scope.tenant, scope.user_id, scope.agent_id, scope.session_id, conversation.idempotency_key)
    require_no_tokens([*own, *conversation.metadata, *named])
    messages = tuple(
        message
        if (text := redactor.text(message.content, counted)) is message.content
        else replace(message, content=text)
        for message in conversation.messages
    )
    metadata = redactor.metadata(conversation.metadata, counted)
    if not counted:
        return conversation, ()
    return replace(conversation, messages=messages, metadata=metadata), counts_of(counted)


def _remember_once(conversation: Conversation, kit: FormationKit) -> AddResult:
    idempotency = _idempotency(conversation)
    earlier = idempotency and kit.store.find_idempotent(conversation.scope, idempotency)
    if earlier:
        return _answered(earlier)
    known, compared = _compared(conversation, kit)
    if all(item.novelty is Novelty.SENT_AGAIN for item in compared):
        return _answer_nothing_new(_nothing_new(compared, known), conversation, idempotency, kit)
    episode = _episode(conversation, compared, kit)
    new = _capture(conversation, episode, compared, kit)
    is_read_later = conversation.infer and conversation.by_model
    is_read_now = conversation.infer and not is_read_later
    derived = _derive(conversation, episode, compared, new, kit) if is_read_now else None
    if derived is not None:
        new = tuple(each._replace(memory=derived.own.get(each.memory.id, each.memory)) for each in new)
    changes = _changes(episode, compared, known, new)
    jobs = (_job(conversation, episode),) if is_read_later else ()
    status = PROCESSING if jobs else DONE
    result = AddResult(episode.id, changes, derived.changes if derived else (), status)
    if conversation.dry_run:
        return result
    result = replace(
        result,
        changes=tuple(map(identified, result.changes)),
        facts=tuple(map(identified, result.facts)),
    )
    answer = _answer(result, episode.scope, idempotency, at=episode.created_at) if idempotency else None
    repeated = _repeated(compared, known, new)
    kit.store.commit(Remember(episode, new, repeated, answer, derived and derived.formed), jobs=jobs)
    return result


def _job(conversation: Conversation, episode: Episode) -> NewJob:
    """What a language model is to read, in the transaction that stores what was said."""
    errand = Errand(
        episode.id,
        expires_at=conversation.expires_at,
        is_answered=conversation.idempotency_key is not None,
    )
    now = episode.created_at
    own_turn = timedelta(seconds=limits.JOB_LEASE_SECONDS if conversation.wait else 0)
    return extract_job(errand, id=episode.id, at=now, due_at=now + own_turn)


def unsaid(conversation: Conversation, episode_id: str, *, kit: FormationKit) -> Episode:
    """The episode that a conversation would become, in own words; without what was only sent again."""
    clean, _ = without_secrets(conversation, kit)
    _, compared = _compared(clean, kit)
    return own_words(replace(_episode(clean, compared, kit), id=episode_id), kit.store)


def own_words(episode: Episode, store: Wordings) -> Episode:
    """The episode without what its messages only repeat from memory; what says nothing else is empty."""
    heard = hear(episode.messages, episode.scope, store=store)
    messages = (
        message if each.own is None else replace(message, content=each.own)
        for message, each in zip(episode.messages, heard, strict=True)
    )
    return replace(episode, messages=tuple(messages))


def _compared(conversation: Conversation, kit: FormationKit) -> tuple[Known, tuple[Compared, ...]]:
    """The memories that the scope knows already, and what each message is to it."""
    digests = [fingerprint(message) for message in conversation.messages]
    known = kit.store.find_known(conversation.scope, digests, now=kit.clock.now())
    heard = hear(conversation.messages, conversation.scope, store=kit.store)
    return known, compare(conversation.messages, heard, known)


def _derive(
    conversation: Conversation,
    episode: Episode,
    compared: Sequence[Compared],
    new: Sequence[NewMemory],
    kit: FormationKit,
) -> Derived | None:
    """What the facts in the messages' own words come to; None where there are none."""
    from holdfast.formation.extract import extract  # noqa: PLC0415 (patterns that a search does not need)

    facts = extract([item.own for item in _stored(compared)], at=episode.created_at)
    if not facts:
        return None
    slots = tuple(dict.fromkeys(fact.slot for fact in facts))
    standing = kit.store.standing(episode.scope, slots, now=episode.created_at)
    return form(
        facts,
        _said(episode, new),
        standing,
        episode=episode,
        like=memory_of(conversation, episode, facts[0].position, facts[0].text, kit),
        extractor=RULES,
        kit=kit,
    )


def _said(episode: Episode, new: Sequence[NewMemory]) -> tuple[Said, ...]:
    """The messages of the episode, each with the memory that holds all of it, if it is new."""
    holders: dict[int, list[Memory]] = {}
    for each in new:
        holders.setdefault(each.memory.sources[0].position, []).append(each.memory)
    return tuple(
        Said(
            source_of(episode, position),
            trust_of(origin_of(message.role, message.origin)),
            held[0] if len(held := holders.get(position, [])) == 1 else None,
        )
        for position, message in enumerate(episode.messages)
    )


def _answer_nothing_new(
    result: AddResult, conversation: Conversation, idempotency: Idempotency | None, kit: FormationKit
) -> AddResult:
    if idempotency is not None and not conversation.dry_run:
        kit.store.commit(_answer(result, conversation.scope, idempotency, at=kit.clock.now()))
    return result


def _answer(result: AddResult, scope: Scope, idempotency: Idempotency, *, at: datetime) -> Answer:
    outcome, facts = (
        tuple((change.event, change.memory.id) for change in part) for part in (result.changes, result.facts)
    )
    change_ids = tuple(change.id for change in (*result.changes, *result.facts))
    return Answer(scope, idempotency, result.episode_id, outcome, at, facts, change_ids)


def _answered(earlier: Answered) -> AddResult:
    """The same answer again, with the memories as they are now."""
    ids = iter(earlier.change_ids)
    changes, facts = (
        tuple(Change(event, memory, id=next(ids, None)) for event, memory in part)
        for part in (earlier.outcome, earlier.facts)
    )
    return AddResult(earlier.episode_id, changes, facts)


def _idempotency(conversation: Conversation) -> Idempotency | None:
    if conversation.idempotency_key is None:
        return None
    body = json.dumps(
        [
            [fingerprint(message).hex() for message in conversation.messages],
            {key: conversation.metadata[key] for key in sorted(conversation.metadata)},
            conversation.importance,
            conversation.expires_at and conversation.expires_at.isoformat(),
            conversation.infer,
        ]
    )
    return Idempotency(conversation.idempotency_key, blake2b(body.encode(), digest_size=16).digest())


def _nothing_new(compared: Sequence[Compared], known: Known) -> AddResult:
    memories = {memory.id: memory for item in compared for memory in known.get(item.fingerprint, ())}
    changes = tuple(Change(Decision.NONE, memory) for memory in memories.values())
    return AddResult(changes[0].memory.sources[0].episode_id, changes)


def _episode(conversation: Conversation, compared: Sequence[Compared], kit: FormationKit) -> Episode:
    return Episode(
        id=kit.ids.new_id(),
        scope=conversation.scope,
        messages=tuple(item.message for item in _stored(compared)),
        created_at=kit.clock.now(),
        metadata=conversation.metadata,
    )


def _stored(compared: Sequence[Compared]) -> list[Compared]:
    """The messages that the episode holds, in order: what was only sent again is there already."""
    return [item for item in compared if item.novelty is not Novelty.SENT_AGAIN]


def _capture(
    conversation: Conversation, episode: Episode, compared: Sequence[Compared], kit: FormationKit
) -> tuple[NewMemory, ...]:
    """One episodic memory for each new message, or for each piece of a long one."""
    memories = [
        (memory_of(conversation, episode, position, text, kit), item.fingerprint)
        for position, item in enumerate(_stored(compared))
        if item.novelty is Novelty.NEW
        for text in cut(item.own)
    ]
    texts = [indexed_text(memory.spoken_by, memory.text) for memory, _ in memories]
    vectors = kit.embedder.embed_documents(texts)
    return tuple(
        NewMemory(memory, vector, digest) for (memory, digest), vector in zip(memories, vectors, strict=True)
    )


def memory_of(
    conversation: Conversation, episode: Episode, position: int, text: str, kit: FormationKit
) -> Memory:
    """A text of one of the messages as a memory."""
    source = source_of(episode, position)
    origin = origin_of(source.role, episode.messages[position].origin)
    return Memory(
        id=kit.ids.new_id(),
        text=text,
        scope=episode.scope,
        kind=Kind.EPISODIC,
        tier=Tier.LONG,
        state=State.ACTIVE,
        origin=origin,
        trust=trust_of(origin),
        importance=_importance(conversation, text, origin),
        metadata=conversation.metadata,
        entities=(source.name,) if source.name else (),
        sources=(source,),
        version=1,
        valid_at=source.at,
        invalid_at=None,
        created_at=episode.created_at,
        updated_at=episode.created_at,
        expired_at=None,
        expires_at=conversation.expires_at,
        accessed_at=None,
        access_count=0,
    )


def _importance(conversation: Conversation, text: str, origin: Origin) -> float:
    return importance_of(text, origin) if conversation.importance is None else conversation.importance


def _repeated(
    compared: Sequence[Compared], known: Known, new: Sequence[NewMemory]
) -> tuple[tuple[str, int], ...]:
    held = _held(known, new)
    return tuple(
        (memory.id, position)
        for position, item in enumerate(_stored(compared))
        if item.novelty is Novelty.SAID_AGAIN
        for memory in held[item.fingerprint]
    )


def _changes(
    episode: Episode, compared: Sequence[Compared], known: Known, new: Sequence[NewMemory]
) -> tuple[Change, ...]:
    """One change for each memory that holds a message, in the order in which they were said."""
    positions = {id(item): position for position, item in enumerate(_stored(compared))}
    held = _held(known, new)
    now = {memory.id: memory for memories in held.values() for memory in memories}
    changes: list[Change] = []
    for item in compared:
        if item.novelty is Novelty.RECALLED:
            again = [each for each in item.heard.memories if each.is_visible(episode.created_at)]
            changes += [Change(Decision.NONE, now.get(each.id, each)) for each in again]
            continue
        for memory in (now[held_one.id] for held_one in held.get(item.fingerprint, ())):
            match item.novelty:
                case Novelty.NEW:
                    changes.append(Change(Decision.ADD, memory))
                case Novelty.SENT_AGAIN:
                    changes.append(Change(Decision.NONE, memory))
                case Novelty.SAID_AGAIN:
                    source = source_of(episode, positions[id(item)])
                    now[memory.id] = replace(memory, sources=(*memory.sources, source))
                    changes.append(Change(Decision.NONE, now[memory.id], memory))
    return tuple(changes)


def _held(known: Known, new: Sequence[NewMemory]) -> Known:
    """The memories that hold each message, those just captured included."""
    captured: defaultdict[bytes, list[Memory]] = defaultdict(list)
    for item in new:
        captured[item.fingerprint].append(item.memory)
    return {**known, **{digest: tuple(memories) for digest, memories in captured.items()}}
