"""The recipe of an import: read, batch by conversation, add, count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from holdfast import limits
from holdfast.domain.decision import Decision
from holdfast.domain.message import Message
from holdfast.domain.origin import Origin
from holdfast.domain.scope import DEFAULT_TENANT, Scope
from holdfast.errors import HoldfastError, InvalidInput
from holdfast.importers.conversations import read_conversations
from holdfast.importers.formats import Format, detect
from holdfast.importers.lines import opened
from holdfast.importers.messages import read_message_lines
from holdfast.importers.plain_text import read_plain_text
from holdfast.importers.utterance import Ignored, Item, Skipped, Utterance

if TYPE_CHECKING:
    from holdfast.domain.decision import AddResult
    from holdfast.domain.instant import Instant
    from holdfast.engine import Holdfast

Progress = Callable[[int, int], None]
_PREVIEWED = 5


@dataclass(frozen=True, slots=True)
class Defaults:
    """Whose the messages become, and what holds where the file says nothing.

    ``user_id`` and ``agent_id`` win over what the file says; ``fallback_user_id``, ``session_id`` and ``at``
    fill in. ``split`` makes each conversation a user of its own. ``metadata`` goes to every memory, and
    ``origin`` says how far the file is trusted.
    """

    user_id: str | None = None
    fallback_user_id: str | None = None
    agent_id: str | None = None
    session_id: str | None = None
    tenant: str = DEFAULT_TENANT
    at: Instant | None = None
    metadata: Mapping[str, object] = field(default_factory=dict)
    split: bool = False
    speakers: bool = False
    origin: Origin = Origin.IMPORT


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did, in numbers. ``new`` and ``known`` count messages."""

    format: Format
    messages: int = 0
    new: int = 0
    known: int = 0
    skipped: int = 0
    episodes: int = 0
    memories: int = 0
    ignored_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would bring: how many messages, in which scopes, and the first of them."""

    format: Format
    messages: int
    skipped: int
    scopes: Mapping[Scope, int]
    first: tuple[Message, ...]
    ignored_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Batch:
    scope: Scope
    messages: tuple[Message, ...]


class _Tally:
    """Counts what is read on the way to the batches."""

    def __init__(self) -> None:
        self.skipped = 0
        self.ignored: Counter[str] = Counter()

    def utterances(self, items: Iterable[Item]) -> Iterator[Utterance]:
        for item in items:
            match item:
                case Utterance():
                    yield item
                case Skipped():
                    self.skipped += 1
                case Ignored():
                    self.ignored[item.key] += 1

    @property
    def ignored_keys(self) -> tuple[str, ...]:
        return tuple(sorted(self.ignored))


def import_file(
    memory: Holdfast,
    path: str | Path,
    defaults: Defaults,
    *,
    format: Format | None = None,
    progress: Progress | None = None,
) -> Report:
    """Add what the file says, a batch after the other; what was added before an error is kept.

    Args:
        memory: where it goes.
        path: the file.
        defaults: whose it becomes.
        format: the form of the file; by default what ``detect`` finds.
        progress: hears (bytes read, bytes).

    Raises:
        InvalidInput: ``invalid_import`` with the place in the file that cannot be read.
        LimitExceeded: for a line, message or document that is too large.
        BackendError: when the file cannot be read.
    """
    form = format or detect(path)
    tally, report = _Tally(), Report(form)
    with opened(path) as file:
        size = Path(path).expanduser().stat().st_size
        try:
            for batch in _batches(tally.utterances(_items(file, path, form, defaults)), defaults):
                report = _count(report, _add(memory, batch, defaults), batch)
                if progress is not None:
                    progress(file.tell(), size)
        except HoldfastError as error:
            raise _with_what_is_kept(error, path, report.messages) from error
    return replace(report, skipped=tally.skipped, ignored_keys=tally.ignored_keys)


def preview_file(path: str | Path, defaults: Defaults, *, format: Format | None = None) -> Preview:
    """What ``import_file`` would add; nothing is stored.

    Raises:
        InvalidInput, LimitExceeded, BackendError: as ``import_file``.
    """
    form = format or detect(path)
    tally, scopes, first = _Tally(), Counter[Scope](), list[Message]()
    with opened(path) as file:
        for batch in _batches(tally.utterances(_items(file, path, form, defaults)), defaults):
            scopes[batch.scope] += len(batch.messages)
            first += batch.messages[: _PREVIEWED - len(first)]
    return Preview(form, scopes.total(), tally.skipped, dict(scopes), tuple(first), tally.ignored_keys)


def _items(file: BinaryIO, path: str | Path, form: Format, defaults: Defaults) -> Iterator[Item]:
    name = Path(path).name
    match form:
        case Format.MESSAGES:
            return read_message_lines(file, name)
        case Format.CONVERSATIONS:
            return read_conversations(file, Path(path).stem)
        case Format.TEXT:
            return read_plain_text(file, name, speakers=defaults.speakers)


def _batches(utterances: Iterator[Utterance], defaults: Defaults) -> Iterator[_Batch]:
    """Neighbours of one scope, up to a bound. A broken place in the file comes after what stood before it."""
    scope: Scope | None = None
    messages: list[Message] = []
    try:
        for utterance in utterances:
            its_scope = _scope_of(utterance, defaults)
            if scope is not None and (its_scope != scope or not _has_room(messages, utterance.message)):
                yield _Batch(scope, tuple(messages))
                messages = []
            scope = its_scope
            messages.append(utterance.message)
    except HoldfastError:
        if scope is not None and messages:
            yield _Batch(scope, tuple(messages))
        raise
    if scope is not None and messages:
        yield _Batch(scope, tuple(messages))


def _has_room(messages: list[Message], another: Message) -> bool:
    characters = sum(len(message.content) for message in messages) + len(another.content)
    return len(messages) < limits.IMPORT_BATCH_MESSAGES and characters <= limits.ADD_CHARACTERS_MAX


def _scope_of(utterance: Utterance, defaults: Defaults) -> Scope:
    conversation, session_id = utterance.conversation, utterance.session_id
    if defaults.split and conversation is None:
        raise InvalidInput(
            "this file does not say which conversation a message belongs to: leave --split out",
            code="nothing_to_split",
        )
    user_id = defaults.user_id or utterance.user_id or defaults.fallback_user_id
    if conversation is not None and defaults.split:
        user_id = conversation.replace("/", "-")
    elif conversation is not None and session_id != conversation:
        session_id = f"{conversation}/{session_id}"
    return Scope.of(
        user_id=user_id,
        agent_id=defaults.agent_id or utterance.agent_id,
        session_id=session_id or defaults.session_id,
        tenant=defaults.tenant,
    )


def _add(memory: Holdfast, batch: _Batch, defaults: Defaults) -> AddResult:
    return memory.add(
        batch.messages,
        user_id=batch.scope.user_id,
        agent_id=batch.scope.agent_id,
        session_id=batch.scope.session_id,
        tenant=batch.scope.tenant,
        at=defaults.at,
        metadata=defaults.metadata,
        wait=False,
        origin=defaults.origin,
    )


def _count(report: Report, result: AddResult, batch: _Batch) -> Report:
    """A long message becomes several memories, which share its position in the episode."""
    added = [change.memory for change in result.changes if change.event is Decision.ADD]
    new = len({source.position for memory in added for source in memory.sources[:1]})
    return replace(
        report,
        messages=report.messages + len(batch.messages),
        new=report.new + new,
        known=report.known + len(batch.messages) - new,
        episodes=report.episodes + (new > 0),
        memories=report.memories + len(added),
    )


def _with_what_is_kept(error: HoldfastError, path: str | Path, messages: int) -> HoldfastError:
    where = f"{path}, " if "place" in error.fields else ""
    kept = (
        f"what stood before it is imported (messages: {messages:,}), and importing again goes on behind it"
        if messages
        else "nothing is imported"
    )
    return type(error)(f"{where}{error.message}; {kept}", code=error.code, **error.fields)
