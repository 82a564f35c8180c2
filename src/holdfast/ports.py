"""The roles that the core needs, as Protocols. Adapters play them; the engine hands them out."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt

    from holdfast.bell import Bell
    from holdfast.domain.decision import Decision
    from holdfast.domain.entity import RelatedMemory, Relation
    from holdfast.domain.events import EventType, MemoryEvent, Subscriber
    from holdfast.domain.job import Finish, Job, JobClaim, JobCounts, JobError, JobState, NewJob
    from holdfast.domain.memory import Memory, Source, Version
    from holdfast.domain.message import Episode, Message
    from holdfast.domain.query import Page
    from holdfast.domain.ranking import Scores, SearchResult, Signal
    from holdfast.domain.record import Record
    from holdfast.domain.scope import Scope
    from holdfast.domain.spending import ModelSpent, Spent
    from holdfast.domain.statement import Slot
    from holdfast.domain.timewords import Span
    from holdfast.domain.view import View

    Vectors: TypeAlias = npt.NDArray[np.float32]
    """Unit vectors, one row per text: shape (texts, dimension)."""

    Vector: TypeAlias = npt.NDArray[np.float32]
    """One unit vector: shape (dimension,)."""


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class IdSource(Protocol):
    """Gives new ids."""

    def new_id(self) -> str:
        """A UUIDv7 (RFC 9562) in canonical text form, greater than every earlier one of this source."""
        ...


class TokenCounter(Protocol):
    """Counts what a text costs in a prompt."""

    def __call__(self, text: str) -> int:
        """The number of tokens, never too low by the counter's own promise."""
        ...


@dataclass(frozen=True, slots=True)
class EmbedderIdentity:
    """Which encoder made a vector. Vectors of different identities are never compared."""

    id: str
    revision: str
    dimension: int

    def __str__(self) -> str:
        return f"{self.id}@{self.revision}/{self.dimension}"


class Embedder(Protocol):
    """Turns texts into unit vectors whose dot product is their closeness in meaning."""

    @property
    def identity(self) -> EmbedderIdentity:
        """The id, revision and dimension that every vector of this embedder carries."""
        ...

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """The vectors of texts to be found: float32, shape (len(texts), dimension), rows of length 1."""
        ...

    def embed_query(self, text: str) -> Vector:
        """The vector of a text to find by: float32, shape (dimension,), length 1."""
        ...

    def verify(self) -> None:
        """Look at all that it is made of.

        Raises:
            BackendRejected: when something is missing or damaged.
        """
        ...


class ModelIdentity(NamedTuple):
    """Which language model answers, and who serves it."""

    provider: str
    name: str

    def __str__(self) -> str:
        return f"{self.provider}:{self.name}"


class Usage(NamedTuple):
    """The tokens of one or more calls, as the server counted them; 0 where it did not say."""

    input_tokens: int = 0
    output_tokens: int = 0

    @property
    def total_tokens(self) -> int:
        """Those of the prompt and of the reply."""
        return self.input_tokens + self.output_tokens


class Completion(NamedTuple):
    """A reply: its text, or the JSON values in it where an adapter has decoded them; not to be trusted.

    ``cost_usd`` is None where no price is known. ``model`` is the name that the server gave.
    """

    value: object
    usage: Usage
    cost_usd: float | None
    model: str


class LanguageModel(Protocol):
    """Answers messages with text, held to a JSON schema as far as its server can."""

    @property
    def identity(self) -> ModelIdentity:
        """Which model it is; asks nobody."""
        ...

    @property
    def context_tokens(self) -> int | None:
        """The tokens that prompt and reply may take together; None where nobody said. Asks nobody."""
        ...

    def complete(self, messages: Sequence[Message], schema: Mapping[str, object] | None) -> Completion:
        """One reply to the messages; a single request, whose repetition is the caller's choice.

        Args:
            messages: instructions as a ``system`` message, then what was said in turn.
            schema: the JSON schema of the reply; None for plain text.

        Raises:
            BackendUnavailable: ``model_unreachable``, ``model_timeout``, ``model_rate_limited`` (its field
                ``retry_after_seconds`` says how long to wait, or is None) or ``model_failed``.
            BackendRejected: ``model_access_denied``, ``model_not_found``, ``model_quota_exceeded``,
                ``model_request_rejected`` or ``model_answer_unreadable``.
        """
        ...

    def verify(self) -> None:
        """Ask whether the server is there and serves the model, without spending tokens.

        Raises:
            BackendError: as ``complete`` does.
        """
        ...


class NewMemory(NamedTuple):
    """A memory to be written, with its vector, and the digest by which its repetition is known.

    ``fingerprint`` is that of the message it came from; pieces of one message share it.
    """

    memory: Memory
    vector: Vector
    fingerprint: bytes


class Idempotency(NamedTuple):
    """The caller's key of a write, and the digest of what it asked for."""

    key: str
    body_digest: bytes


class Answer(NamedTuple):
    """What a write that bore an idempotency key did, to be answered again: decisions and memory ids.

    Committed with its write or, when there was nothing to write, alone. ``facts`` is what became of facts,
    ``change_ids`` the ids of all of these changes.
    """

    scope: Scope
    idempotency: Idempotency
    episode_id: str
    outcome: tuple[tuple[Decision, str], ...]
    at: datetime
    facts: tuple[tuple[Decision, str], ...] = ()
    change_ids: tuple[str | None, ...] = ()


class Answered(NamedTuple):
    """What a write did that bore an idempotency key, with the memories as they are now."""

    episode_id: str
    outcome: tuple[tuple[Decision, Memory], ...]
    facts: tuple[tuple[Decision, Memory], ...]
    change_ids: tuple[str | None, ...] = ()


class Standing(NamedTuple):
    """The facts of a slot that are not deleted, closed ones too, and what they were when they were read.

    ``mark`` is (how many, the sum of their versions, the greatest key): it changes with any of them.
    """

    facts: tuple[Memory, ...]
    mark: tuple[int, int, int]


class Revise(NamedTuple):
    """Replace a memory's content, if it still has the version that the decision was made on.

    ``vector`` is None where the text stays the same. The earlier content becomes a version,
    and ``by`` says who made the new one. ``change`` is the id of the change that it is a part
    of; None for one of its own.
    """

    memory: Memory
    replaces_version: int
    event: EventType
    reason: str | None = None
    vector: Vector | None = None
    change: str | None = None
    by: str | None = None


class Step(NamedTuple):
    """A version that a memory was given, with the one before and the memory as it is now."""

    memory: Memory
    version: Version
    before: Version | None


class Changed(NamedTuple):
    """A change that was made: its id, the versions that it brought about, and who lost sources by it."""

    id: str
    versions: tuple[Version, ...]
    lost_sources: frozenset[str]


class Dependent(NamedTuple):
    """A derived memory that cites messages which only one memory holds: these are its ``sources`` there."""

    memory: Memory
    sources: tuple[Source, ...]

    @property
    def is_left(self) -> bool:
        """Whether it cites nothing else."""
        return len(self.sources) == len(self.memory.sources)


class ReviseTogether(NamedTuple):
    """Replace the contents of several memories of one owner, all of them or none.

    Attributes:
        scope: that of the first memory, whose owner has the slots.
        revisions: the contents, with the versions that they replace.
        at: when.
        action: what the audit log calls it.
        taken_off: sources that are no longer cited: (memory id, source).
        put_back: sources that are cited again: (memory id, when they were taken off).
        seen: the marks of slots that the decision was made on.
    """

    scope: Scope
    revisions: tuple[Revise, ...]
    at: datetime
    action: str
    taken_off: tuple[tuple[str, Source], ...] = ()
    put_back: tuple[tuple[str, datetime], ...] = ()
    seen: Mapping[Slot, tuple[int, int, int]] = MappingProxyType({})


class Recorded(NamedTuple):
    """An episode, and the undeleted memories that hold its messages, each with its fingerprint.

    What was derived from it is not among them.
    """

    episode: Episode
    held: tuple[tuple[Memory, bytes], ...]


class Rederive(NamedTuple):
    """Put what was derived anew from episodes that are stored in the place of what was derived before.

    What is new or brought back is refused (``slot_changed``) where a message of it is held no more.

    Attributes:
        scope: the owner of all of it.
        new: facts; each may cite messages of several episodes.
        revised: facts that are retired, brought back or changed; none has other words.
        cited: messages that say a fact too: (memory id, source).
        links: between facts, the new ones too.
        at: when.
        change: the id that all of it shares.
        seen: the marks of slots that the decision was made on.
    """

    scope: Scope
    new: tuple[NewMemory, ...]
    revised: tuple[Revise, ...]
    cited: tuple[tuple[str, Source], ...]
    links: tuple[Relation, ...]
    at: datetime
    change: str
    seen: Mapping[Slot, tuple[int, int, int]] = MappingProxyType({})


class Formed(NamedTuple):
    """What was derived from an episode, decided on the facts that stood in some slots.

    Attributes:
        new: facts that stand beside the messages they were taken from.
        closed: facts that ceased to be true.
        repeated: messages that say a fact again: (memory id, position in the episode).
        links: between facts, those of the same episode too.
        seen: the mark of each slot when it was read; with another the decisions no longer hold.
    """

    new: tuple[NewMemory, ...]
    closed: tuple[Revise, ...]
    repeated: tuple[tuple[str, int], ...]
    links: tuple[Relation, ...]
    seen: Mapping[Slot, tuple[int, int, int]]


class Derive(NamedTuple):
    """Write what was derived from an episode that is stored already; of nothing, only its job is finished.

    Attributes:
        scope: that of the episode, exactly.
        episode_id: the episode.
        formed: what comes of it; new facts may cite several of its messages.
        at: when it was decided.
        outcome: what became of each fact: (decision, memory id).
        change_ids: the ids of these changes.
        extends_answer: whether an idempotency key was kept with the episode, whose answer tells these facts
            from now on.
    """

    scope: Scope
    episode_id: str
    formed: Formed
    at: datetime
    outcome: tuple[tuple[Decision, str], ...] = ()
    change_ids: tuple[str | None, ...] = ()
    extends_answer: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        formed = self.formed
        return not (formed.new or formed.closed or formed.repeated or formed.links or self.outcome)


class Remember(NamedTuple):
    """Write an episode with the memories that it brings, unless one of ``new`` is known when it was created.

    ``repeated`` links messages that say again what a memory holds: (memory id, position in the episode).
    ``formed`` is what was derived from it.
    """

    episode: Episode
    new: tuple[NewMemory, ...]
    repeated: tuple[tuple[str, int], ...] = ()
    answer: Answer | None = None
    formed: Formed | None = None


class Relate(NamedTuple):
    """Link two memories of the scope; the same link again is replaced."""

    scope: Scope
    relation: Relation


class Rate(NamedTuple):
    """Count one more judgement of a memory of the scope. It has the same versions as before."""

    scope: Scope
    memory_id: str
    useful: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class StoreStats:
    """What a store holds, in numbers. Jobs that are pending or running count as waiting.

    ``spending`` is what calls of language models took, by day and model, the latest day first.
    """

    memories: int
    deleted: int
    episodes: int
    messages: int
    relations: int
    users: int
    bytes_on_disk: int
    change_number: int
    schema_version: int
    embedder: EmbedderIdentity | None
    encrypted: bool
    jobs_waiting: int
    jobs_dead: int
    spending: tuple[ModelSpent, ...] = ()


class MemoryStore(Protocol):
    """The truth: everything is here, and only here are there transactions.

    Every call but the ones about the whole file takes the scope that it may touch. A call that
    returned has been flushed to the disk.
    """

    def commit(
        self,
        change: Remember | Derive | Rederive | Revise | ReviseTogether | Relate | Rate | Answer,
        *,
        jobs: Sequence[NewJob] = (),
        finishes: Finish | None = None,
    ) -> None:
        """Apply the change as one transaction, with its versions, events and audit entry.

        Args:
            change: what to write.
            jobs: the work that it brings; it is there if the change is.
            finishes: the job whose effect the change is; the change is there if the job is done, so that
                no job has its effect twice.

        Raises:
            Conflict: ``version_conflict``, ``already_known``, ``idempotency_conflict`` or ``slot_changed``:
                decide anew.
                ``lease_lost`` when the job is no longer this worker's: nothing was written.
            NotFound: ``memory_not_found``, or ``episode_not_found`` for one that is derived from or cited.
        """
        ...

    def episode(self, episode_id: str) -> Episode:
        """The episode with this id, of whatever scope: for work that the store itself was asked for.

        Raises:
            NotFound: ``episode_not_found``.
        """
        ...

    def episode_count(self, scope: Scope | None) -> int:
        """How many episodes the scope covers, or for None the whole store has."""
        ...

    def episodes(self, scope: Scope | None, *, after: str | None, limit: int) -> tuple[Recorded, ...]:
        """Episodes that the scope covers, or for None all, as they were stored, behind that with the id
        ``after``.

        Raises:
            NotFound: ``episode_not_found`` for an ``after`` that is not there.
        """
        ...

    def facts(self, scope: Scope | None, *, after: str | None, limit: int) -> tuple[Memory, ...]:
        """Memories that state something or were derived, deleted ones too, as they were stored.

        Those that the scope covers, or for None all, behind the one with the id ``after``.

        Raises:
            NotFound: ``memory_not_found`` for an ``after`` that is not there.
        """
        ...

    def find_known(
        self, scope: Scope, fingerprints: Sequence[bytes], *, now: datetime
    ) -> Mapping[bytes, tuple[Memory, ...]]:
        """The memories of exactly this scope that came from a message with such a fingerprint.

        One that is deleted, has expired by ``now``, or is no longer true then, is not known any more: what it
        said is new again.
        """
        ...

    def worded(self, scope: Scope, wordings: Sequence[int]) -> Mapping[int, tuple[Memory, ...]]:
        """The memories that the scope covers, deleted ones too, with words of these ``domain.wording``s."""
        ...

    def standing(self, scope: Scope, slots: Sequence[Slot], *, now: datetime) -> Mapping[Slot, Standing]:
        """What stands in each of these slots inside the scope: the latest ``STANDING_FACTS_MAX`` facts."""
        ...

    def find_idempotent(self, scope: Scope, idempotency: Idempotency) -> Answered | None:
        """What the write that bore this key in exactly this scope did.

        Raises:
            Conflict: ``idempotency_key_reused`` when the key came with another body.
        """
        ...

    def reading(self) -> AbstractContextManager[None]:
        """All that this thread reads in it, by the indexes of the backend too, is of one instant.

        It may hold others up, and nothing is written in it: keep it short.
        """
        ...

    def get(self, scope: Scope, memory_id: str, *, as_of: datetime | None = None) -> Memory:
        """The memory with this id, deleted or not; with ``as_of`` as it stood at that instant.

        Raises:
            NotFound: ``memory_not_found``, also for one outside the scope, or that was not there then.
        """
        ...

    def reworded(self, scope: Scope, as_of: datetime, *, limit: int) -> Mapping[int, Memory]:
        """The memories of the scope whose words were others at that instant, as they stood, by key.

        The ``limit`` that were changed last. The indexes know them by their present words.
        """
        ...

    def key_of(self, scope: Scope, memory_id: str) -> int:
        """The key by which the indexes know the memory with this id, deleted or not.

        Raises:
            NotFound: ``memory_not_found``, also for one outside the scope.
        """
        ...

    def fetch(self, scope: Scope, keys: Sequence[int], view: View, *, limit: int) -> Mapping[int, Memory]:
        """The first ``limit`` of these memories, in the order of the keys, that the scope covers and the view
        shows.
        """
        ...

    def list(self, scope: Scope, view: View, *, limit: int, after: str | None) -> Page:
        """The memories that the view shows, newest first, from behind the one with the id ``after``."""
        ...

    def history(self, scope: Scope, memory_id: str) -> tuple[Version, ...]:
        """Every content the memory had, oldest first; the last is the present one."""
        ...

    def related(
        self, scope: Scope, memory_id: str, *, type: str | None, limit: int
    ) -> tuple[RelatedMemory, ...]:
        """The undeleted memories linked with this one, strongest link first."""
        ...

    def change(self, scope: Scope, memory_id: str, version: int) -> Changed:
        """The change that brought about this version of a memory of the scope, and what else it did.

        Raises:
            NotFound: ``memory_not_found`` or ``change_not_found``.
        """
        ...

    def steps(
        self, scope: Scope, since: datetime, until: datetime, *, limit: int, after: tuple[str, int] | None
    ) -> tuple[Step, ...]:
        """The versions that memories of the scope were given after the one instant and up to the other.

        In the order of time; of one instant, new memories first. From behind the version ``after``.

        Raises:
            NotFound: ``memory_not_found`` or ``change_not_found`` for an ``after`` that is not there.
        """
        ...

    def dependents(self, scope: Scope, memory_id: str, sources: Sequence[Source]) -> tuple[Dependent, ...]:
        """The undeleted memories derived from those of these sources that no other undeleted memory holds."""
        ...

    def events(self, *, after: int, limit: int) -> tuple[MemoryEvent, ...]:
        """The events with a higher number than ``after``, in order; not those that were cleared away."""
        ...

    def stats(self) -> StoreStats:
        """What the store holds."""
        ...

    def records(self, tenant: str | None) -> Iterator[Record]:
        """Everything in the store, or of one tenant, in an order in which it can be loaded again."""
        ...

    def load(self, records: Sequence[Record], vectors: Mapping[str, Vector]) -> int:
        """Write records that are not there yet, with the vectors of their memories; the number written.

        Raises:
            InvalidInput: ``invalid_export`` for a record that cites what is neither there nor before it.
        """
        ...

    def redaction_key(self) -> bytes:
        """The 32 random bytes of this store by which a secret is known again; no export has them."""
        ...

    def change_number(self) -> int:
        """A number that grows with every commit of any process."""
        ...

    def change_number_of(self, scope: Scope) -> int:
        """A number that grows with every commit of any process that touches what the scope covers."""
        ...

    def backup(self, target: Path, progress: Callable[[int, int], None] | None = None) -> None:
        """Write a consistent copy while others go on writing; ``progress`` hears (pages done, pages)."""
        ...

    def check(self) -> tuple[str, ...]:
        """What is wrong with the store, in sentences; empty when all is well."""
        ...

    def close(self) -> None:
        """Let go of the store. Later calls fail; closing again does nothing."""
        ...


class VectorIndex(Protocol):
    """Finds memories by meaning, exactly, inside a scope."""

    def search(
        self, scope: Scope, query: Vector, *, limit: int, also: npt.ArrayLike = ()
    ) -> Mapping[Signal, Scores]:
        """The ``limit`` nearest of the scope by the message and by its window, and the scores of ``also``.

        Both signals carry a score for every key that is returned: a cosine, whose ceiling is 1.
        """
        ...

    def of(self, scope: Scope, keys: npt.ArrayLike) -> tuple[npt.NDArray[np.int64], Vectors]:
        """Those of the keys that lie inside the scope, ascending and each once, and their vectors."""
        ...


class Bridge(NamedTuple):
    """From one memory to another that speaks of what the first one brings into play.

    ``share`` is the part of the information in the first one's own words, those that the query does not have,
    that the other repeats; ``answers`` the part of the query's information that the other holds and the first
    does not.
    """

    start: int
    end: int
    share: float
    answers: float


class Said(NamedTuple):
    """A text and the name of who said it, as the indexes see a memory."""

    name: str | None
    text: str


class Holding(NamedTuple):
    """Which words of a query some memories hold.

    Attributes:
        keys: the memories, ascending and each once.
        holds: whether each holds each word: shape (memories, words).
        told: the share of the query's information that each word has, of shape (words,): 0 for one that no
            memory of the scope holds.
    """

    keys: npt.NDArray[np.int64]
    holds: npt.NDArray[np.bool_]
    told: npt.NDArray[np.floating]


class WordIndex(Protocol):
    """Finds memories by their words, inside a scope."""

    def search(
        self, scope: Scope, query: str, *, limit: int, also: npt.ArrayLike = ()
    ) -> Mapping[Signal, Scores]:
        """The best ``limit`` of the scope by the window, and those of them that the message itself scores.

        Those of ``also`` that score come with them.

        What a word tells is counted inside the scope. The ceiling is what a message of average length would
        score that says every word of the query once.
        """
        ...

    def score(self, scope: Scope, query: str, texts: Mapping[int, Said]) -> Mapping[Signal, Scores]:
        """What texts that the index does not hold would score if they were messages of the scope, each alone:
        the score of the window is that of the message. Under keys of the caller's own, those that score.
        """
        ...

    def bridges(self, scope: Scope, query: str, starts: Sequence[int], *, limit: int) -> Sequence[Bridge]:
        """The ``limit`` widest bridges from each of some memories of the scope, by rare words alone."""
        ...

    def holding(self, scope: Scope, query: str, keys: npt.ArrayLike) -> Holding:
        """Which words of the query those of the memories hold that lie inside the scope."""
        ...


class Link(NamedTuple):
    """From one fact to another that names the same entity, whose name is folded.

    ``start`` is ``hop`` - 1 steps away from the facts that were asked about; ``attribute`` is what the one at
    the end states.
    """

    start: int
    entity: str
    end: int
    attribute: str
    hop: int


class EntityGraph(Protocol):
    """Knows which facts name the same entities, inside a scope.

    Where an entity is named by more facts than are asked for, those come first that are about it, then the
    latest. Names are compared as ``domain.statement.fold`` has them; who merely spoke is not named.
    """

    def naming(
        self, scope: Scope, names: Sequence[str], view: View, *, limit: int
    ) -> Mapping[str, Sequence[int]]:
        """For each of the folded names that facts of the scope bear: ``limit`` facts that the view shows."""
        ...

    def neighbours(
        self, scope: Scope, starts: Sequence[int], view: View, *, hops: int, fanout: int, limit: int
    ) -> Sequence[Link]:
        """The links from some facts to others that the scope covers and the view shows, nearer ones first.

        Each fact leads through each of its entities, but for the one it was come to by, to at most ``fanout``
        facts, over up to ``hops`` steps; ``limit`` links at most.
        """
        ...


class TurnTable(NamedTuple):
    """What ranking asks of some memories, a row for each: arrays of the shape (memories,).

    Attributes:
        keys: the memories, ascending.
        threads: the conversation that each is a turn of, as a number from 0.
        before: the key of the undeleted turn before it in its conversation; 0 where there is none.
        in_talk: whether more than one voice has spoken in its conversation.
        at: when it was said, in microseconds since 1970.
        traits: its ``domain.traits.Trait`` as a number.
        lengths: its words, the speaker's name left out.
        voices: whose voice it is, as a place in ``names``.
        names: the voices, as ``domain.traits.voice_of`` gives them.
        importance: from 0 to 1.
        trust: likewise.
        last_use: when it was said or, if that is later, last of use, in microseconds since 1970.
        feedback: what was said of each, as ``domain.reinforcement`` counts it: from -1 to 1.
        outdated: how far it has ceased to be true, from 0 to 1: a fact that was closed is, and a message by
            the share of it that said such facts.
        inside: how many memories the whole scope holds.
    """

    keys: npt.NDArray[np.int64]
    threads: npt.NDArray[np.integer]
    before: npt.NDArray[np.int64]
    in_talk: npt.NDArray[np.bool_]
    at: npt.NDArray[np.int64]
    traits: npt.NDArray[np.int32]
    lengths: npt.NDArray[np.float32]
    voices: npt.NDArray[np.int32]
    names: tuple[str, ...]
    importance: npt.NDArray[np.floating]
    trust: npt.NDArray[np.floating]
    last_use: npt.NDArray[np.int64]
    feedback: npt.NDArray[np.float64]
    outdated: npt.NDArray[np.float64]
    inside: int


class TurnIndex(Protocol):
    """Knows what can be said of a memory without reading its text, inside a scope."""

    def describe(
        self, scope: Scope, keys: npt.NDArray[np.int64], *, as_of: datetime | None = None
    ) -> TurnTable:
        """What ranking asks of those of the memories that lie inside the scope; ``keys`` ascend.

        With ``as_of`` of those that were there at that instant, as it was then: when each was said, its
        traits, length, importance and trust, and how far it had ceased to be true. The rest is of today.
        """
        ...

    def said_during(self, scope: Scope, spans: Sequence[Span], *, limit: int) -> npt.NDArray[np.int64]:
        """What was said during one of the spans: the ``limit`` latest, ascending."""
        ...


class KeptResult(NamedTuple):
    """A result of a search, the change number of the scope before it, and when it was made."""

    result: SearchResult
    change_number: int
    since: datetime


class ResultCache(Protocol):
    """Keeps results of searches of one store. Whoever asks decides whether one is still true."""

    def get(self, key: Hashable) -> KeptResult | None:
        """What is kept under the key."""
        ...

    def put(self, key: Hashable, kept: KeptResult) -> None:
        """Keep a result in the place of what is there; it may be let go at any time."""
        ...

    def clear(self) -> None:
        """Let go of everything."""
        ...


class PendingText(NamedTuple):
    """A text as it is indexed that needs a vector, with the key and version of its memory."""

    key: int
    version: int
    text: str


class Reindexer(Protocol):
    """Replaces the vectors of a store by those of another embedder, resumably."""

    def identity(self) -> EmbedderIdentity | None:
        """The embedder whose vectors the store holds."""
        ...

    def pending_count(self, identity: EmbedderIdentity) -> int:
        """The number of memories that still need a vector of this embedder."""
        ...

    def pending(self, identity: EmbedderIdentity, *, after: int, limit: int) -> Sequence[PendingText]:
        """The next texts, behind the key ``after``, that need a vector of this embedder."""
        ...

    def write(self, identity: EmbedderIdentity, vectors: Mapping[PendingText, Vector]) -> None:
        """Keep new vectors beside the old ones, which go on serving."""
        ...

    def finish(self, identity: EmbedderIdentity) -> bool:
        """Switch to the new vectors in one transaction; False when memories came in or changed meanwhile."""
        ...


class JobQueue(Protocol):
    """Keeps work until it is done. One job is held by one worker at a time, of whatever process.

    Times come from the caller. A call that returned has been flushed to the disk.
    """

    @property
    def bell(self) -> Bell:
        """Rings when this process has asked for a job, or brought one back."""
        ...

    def add(self, jobs: Sequence[NewJob]) -> int:
        """Ask for work that no change brings; the number that was not asked for already."""
        ...

    def claim(
        self, kinds: Collection[str], *, now: datetime, lease_seconds: float, job_id: str | None = None
    ) -> JobClaim | None:
        """Take the job of these kinds that has been due for longest, and count an attempt.

        With ``job_id`` only that one, also ahead of its time, unless somebody holds it.

        A job whose lease has ended may be taken from whoever held it; one that was lost so for
        ``JOB_LOSSES_MAX`` times becomes a dead letter. A job waits for those before it in its lane.
        """
        ...

    def renew(self, claim: JobClaim, *, now: datetime, lease_seconds: float) -> None:
        """Keep a job for so many seconds from now.

        Raises:
            Conflict: ``lease_lost``.
        """
        ...

    def finish(self, claim: JobClaim, *, now: datetime) -> None:
        """The job is done. Saying so again, or after a change that finished it, does nothing.

        Raises:
            Conflict: ``lease_lost``.
        """
        ...

    def fail(self, claim: JobClaim, error: JobError, *, now: datetime, retry_at: datetime | None) -> None:
        """The attempt failed: try again then or, for None, keep the job as a dead letter.

        Raises:
            Conflict: ``lease_lost``.
        """
        ...

    def give_back(
        self,
        claim: JobClaim,
        *,
        now: datetime,
        until: datetime | None = None,
        error: JobError | None = None,
    ) -> None:
        """Let the next worker have the job at once, or from ``until`` on, as if it had not been begun.

        ``error`` says why, where there is a reason.

        Raises:
            Conflict: ``lease_lost``.
        """
        ...

    def get(self, job_id: str) -> Job:
        """The job with this id.

        Raises:
            NotFound: ``job_not_found``.
        """
        ...

    def list(self, *, state: JobState | None, limit: int) -> tuple[Job, ...]:
        """Jobs, the latest first, in this state or in any."""
        ...

    def counts(self, *, now: datetime) -> JobCounts:
        """How many jobs there are in each state."""
        ...

    def retry(self, job_id: str | None, *, now: datetime) -> int:
        """Let a dead letter, or for None all of them, be tried from the beginning; their number.

        Raises:
            NotFound: ``job_not_found``.
            Conflict: ``job_not_dead`` for one that is pending, running or done.
        """
        ...

    def prune(self, *, now: datetime, limit: int) -> int:
        """Clear away up to so many jobs that are past their retention; the number."""
        ...


class SpendingLedger(Protocol):
    """Remembers what calls of language models took, for every process that uses the store."""

    def record(self, model: str, usage: Usage, cost_usd: float | None, *, calls: int, at: datetime) -> None:
        """Add some calls to the day of that instant; what is older than ``SPENDING_DAYS`` is forgotten."""
        ...

    def spent(self, *, at: datetime) -> Spent:
        """What all models together took on the day of that instant, in UTC.

        Where calls are recorded for the day after, since the clock was set back, it is that day.
        """
        ...


class EventLog(Protocol):
    """Remembers which named subscriber has had which events, and keeps events until they have."""

    @property
    def bell(self) -> Bell:
        """Rings when this process has committed something."""
        ...

    def end(self) -> int:
        """The number of the latest event; 0 when there was none."""
        ...

    def join(self, name: str, *, now: datetime) -> int:
        """The number of the last event that the subscriber of this name has had; of a new one, the latest.

        Raises:
            LimitExceeded: ``too_many_subscribers``.
        """
        ...

    def advance(self, name: str, number: int, *, now: datetime) -> None:
        """The subscriber has had all events up to this number. It never goes back.

        Raises:
            NotFound: ``subscriber_not_found``.
        """
        ...

    def leave(self, name: str) -> None:
        """Forget a subscriber: no event is kept for it any more.

        Raises:
            NotFound: ``subscriber_not_found``.
        """
        ...

    def subscribers(self) -> tuple[Subscriber, ...]:
        """The named subscribers, by name."""
        ...

    def prune(self, *, now: datetime, limit: int) -> int:
        """Clear away up to so many events past their retention that no subscriber waits for; the number."""
        ...


@dataclass(frozen=True, slots=True)
class Backend:
    """What an adapter brings: the truth, the indexes derived from it and their renewal, jobs and events,
    and what language models took.
    """

    store: MemoryStore
    vectors: VectorIndex
    words: WordIndex
    graph: EntityGraph
    turns: TurnIndex
    reindexer: Reindexer
    jobs: JobQueue
    events: EventLog
    spending: SpendingLedger
