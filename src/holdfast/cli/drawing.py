"""How answers look on a terminal, from 40 columns up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from holdfast.cli.safe import one_line, visible
from holdfast.domain.instant import iso
from holdfast.domain.ranking import Signal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

    from holdfast.domain.decision import AddResult, Change, Redaction
    from holdfast.domain.entity import RelatedMemory
    from holdfast.domain.memory import Memory, Source, Version
    from holdfast.domain.ranking import Hit, Part
    from holdfast.domain.why_not import Lack, WhyNot

QUIET = "dim"
_EIGHTHS = " ▏▎▍▌▋▊▉"
_FULL = "█"
_ASCII = "#"
_FACTS = {"ADD": "fact", "NONE": "known", "UPDATE": "now", "DELETE": "no longer"}
_CHANGED = {"ADD": "added", "NONE": "known already", "UPDATE": "updated", "DELETE": "deleted"}
_LABELS = {
    Signal.MEANING_WINDOW: "meaning nearby",
    Signal.WORDS_WINDOW: "words nearby",
    Signal.PERSON: "a person",
}
"""Of the signals whose own name says too little."""
_STYLES = {
    Signal.MEANING: "cyan",
    Signal.MEANING_WINDOW: "cyan",
    Signal.WORDS: "green",
    Signal.WORDS_WINDOW: "green",
    Signal.REPLY: "magenta",
    Signal.CONVERSATION: "magenta",
    Signal.SPEAKER: "yellow",
    Signal.DATE: "yellow",
    Signal.SAYS_WHEN: "yellow",
}
"""Of the signals that ask for something; those that only look at the text are drawn as the rest."""
_STYLE_OF_THE_REST = "blue"
_LABEL_WIDTH = 16
_LEAST_SHOWN = 0.005
_SOURCES_SHOWN = 5
_BAR_WIDTH_MAX = 28
_FIGURES_WIDTH = 18


def draw_hits(hits: Sequence[Hit], *, bars_max: int = len(Signal), cited: bool = True) -> RenderableType:
    """Hits with their rank and score; if they have parts, each with its bars and the messages it cites.

    Args:
        hits: what was found, best first.
        bars_max: the bars of a hit at most; the longest stay.
        cited: show the messages that a hit with parts comes from.
    """
    most = max((part.contribution for hit in hits for part in hit.parts), default=0.0)
    grid = _grid(len(hits))
    for rank, hit in enumerate(hits, start=1):
        more = f" · and {len(hit.also)} more like it" if hit.also else ""
        about = Text.assemble((f"{hit.score:.2f}", "bold"), (f" · {_about(hit.memory)}{more}", QUIET))
        body: list[RenderableType] = [_words(hit.memory), about]
        body += [_bar_of_part(part, most) for part in shown_parts(hit)[:bars_max]]
        body += _cited(hit.memory) if hit.parts and cited else []
        gap = [Text("")] if rank < len(hits) else []
        grid.add_row(Text(str(rank), "bold cyan"), Group(*body, *gap))
    return grid


def draw_why_not(why: WhyNot) -> RenderableType:
    """The reason, and a bar for each signal in which the memory and the last hit differ."""
    lines: list[RenderableType] = [Text(one_line(why.sentence), "bold", overflow="fold")]
    if why.memory is not None:
        lines += [_words(why.memory), Text(_about(why.memory), QUIET)]
    if lacks := shown_lacks(why):
        most = abs(max(lacks, key=lambda lack: abs(lack.difference)).difference)
        scale = (
            f"{why.score:.2f} against {why.last_score:.2f} of the last hit; bars: what it lacks, then leads"
        )
        lines += [Text(scale, QUIET), *(_bar_of_lack(lack, most) for lack in lacks)]
    return Group(*lines)


def shown_lacks(why: WhyNot) -> list[Lack]:
    """The signals that make a difference, the greatest lack first."""
    return [lack for lack in why.lacks if abs(lack.difference) >= _LEAST_SHOWN]


def shown_parts(hit: Hit) -> list[Part]:
    """What gave something to the score, the most first."""
    giving = (part for part in hit.parts if abs(part.contribution) >= _LEAST_SHOWN)
    return sorted(giving, key=lambda part: -part.contribution)


def label_of(signal: Signal) -> str:
    """A signal as a person reads it."""
    return _LABELS.get(signal, signal.replace("_", " "))


def draw_memories(memories: Iterable[Memory]) -> RenderableType:
    """Memories one under the other, each with who said it, when, and its id."""
    return Group(*(Group(_words(memory), Text(_about(memory), QUIET), Text("")) for memory in memories))


def draw_facts(facts: Iterable[tuple[str, str]]) -> RenderableType:
    """Names on the left, values on the right."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True, style=QUIET)
    grid.add_column(overflow="fold")
    for name, value in facts:
        grid.add_row(Text(name), Text(visible(value)))
    return grid


def draw_versions(versions: Sequence[Version]) -> RenderableType:
    """The contents that a memory had, oldest first."""
    grid = _grid(len(versions))
    for version in versions:
        about = f"{version.event} · {_minute(version)}"
        if version.reason:
            about += f" · {one_line(version.reason)}"
        style = "strike" if version.deleted else ""
        words = Group(Text(visible(version.text), style), Text(about, QUIET), _change(version.change_id))
        grid.add_row(Text(str(version.version), "bold cyan"), words)
    return grid


def _change(change_id: str) -> Text:
    return Text(f"change {change_id}", QUIET, overflow="fold")


def speaker_of(memory: Memory) -> str:
    """Who said it, or where it comes from."""
    return one_line(memory.speaker or memory.origin.value)


def feedback_of(memory: Memory) -> str | None:
    """How often it was of use and how often not, when anybody said so."""
    if not memory.useful_count and not memory.useless_count:
        return None
    return f"useful {memory.useful_count}, not useful {memory.useless_count}"


def draw_related(links: Sequence[RelatedMemory]) -> RenderableType:
    """The memories at the other ends of links, with the direction and the kind of each."""
    grid = _grid(1)
    for link in links:
        kind = f"{link.relation.type} ({link.relation.strength:g})"
        direction = f"this {kind}" if link.outgoing else f"{kind} this"
        about = Text.assemble((direction, "bold"), (f" · {_about(link.memory)}", QUIET))
        grid.add_row(Text("→" if link.outgoing else "←", "bold cyan"), Group(_words(link.memory), about))
    return grid


def draw_changes(result: AddResult) -> RenderableType:
    """What became of what was added."""
    said = (
        draw_done(_CHANGED[change.event], change.memory.text, change.memory.id) for change in result.changes
    )
    return Group(*said, *map(_drawn_fact, result.facts), *map(_drawn_redaction, result.redacted))


def _drawn_redaction(redaction: Redaction) -> Text:
    """What was taken out before anything was stored: never the secret itself."""
    times = "" if redaction.count == 1 else f" ({redaction.count})"
    return Text.assemble(("  redacted", "yellow"), f"  {redaction.kind}{times}")


def _drawn_fact(change: Change) -> Text:
    """What became of a fact, and of the one that it replaces."""
    drawn = Text.assemble((f"  {_FACTS[change.event]}", "green"), f"  {visible(change.memory.text)}")
    if change.event == "UPDATE" and change.previous is not None:
        drawn.append(f"  (was: {visible(change.previous.text)})", QUIET)
    return drawn


def draw_done(done: str, told: str, about: str | None = None) -> RenderableType:
    """What a command did, to what, and in a second line what identifies it."""
    first = Text.assemble((done, "bold green"), f"  {visible(told)}")
    return first if about is None else Group(first, Text(visible(about), QUIET))


def draw_faults(facts: Iterable[tuple[str, str]], faults: Sequence[str]) -> RenderableType:
    """What was examined, and what is wrong with it."""
    if not faults:
        return Group(draw_facts(facts), Text(""), Text("all is well", "bold green"))
    found = (Text.assemble(("✗ ", "bold red"), visible(fault)) for fault in faults)
    return Group(draw_facts(facts), Text(""), *found)


def facts_of(memory: Memory) -> list[tuple[str, str]]:
    """Everything about one memory, by name; what it does not have is left out."""
    scope = memory.scope
    times = ("valid_at", "invalid_at", "created_at", "updated_at", "expired_at", "expires_at", "accessed_at")
    facts = [
        ("text", memory.text),
        ("id", memory.id),
        ("version", str(memory.version)),
        ("user", scope.user_id),
        ("agent", scope.agent_id),
        ("session", scope.session_id),
        ("tenant", scope.tenant),
        ("kind", f"{memory.kind} · {memory.tier} · {memory.state}"),
        ("from", f"{memory.origin} · trust {memory.trust:g}"),
        ("importance", f"{memory.importance:g}"),
        ("feedback", feedback_of(memory)),
        *((name, _value(value)) for name, value in memory.metadata.items()),
        *((name.replace("_", " "), _instant(getattr(memory, name))) for name in times),
        *(("source", _source(source)) for source in memory.sources),
    ]
    return [(one_line(name), value) for name, value in facts if value is not None]


class Bar:
    """A bar with its label and its figures that fits the line; all bars of an answer share one scale."""

    def __init__(self, label: str, share: float, style: str, *, figure: str, note: str = "") -> None:
        self._label = label
        self._share = share
        self._style = style
        self._figure = figure
        self._note = note

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        room = options.max_width - _LABEL_WIDTH - _FIGURES_WIDTH
        width = max(4, min(_BAR_WIDTH_MAX, room))
        drawn = bar(self._share, width, ascii_only=not draws_blocks(options.encoding))
        yield Text.assemble(
            (self._label.ljust(_LABEL_WIDTH), QUIET),
            (drawn, self._style),
            f" {self._figure}",
            (f"  {self._note}" if self._note else "", QUIET),
            no_wrap=True,
            overflow="crop",
        )


def _bar_of_part(part: Part, most: float) -> Bar:
    """What one signal gave to a score."""
    return Bar(
        label_of(part.signal),
        abs(part.contribution) / most if most > 0 else 0.0,
        _STYLES.get(part.signal, _STYLE_OF_THE_REST) if part.contribution > 0 else "red",
        figure=f"{part.contribution:+.2f}",
        note=f"no. {part.rank}" if part.rank else "",
    )


def _bar_of_lack(lack: Lack, most: float) -> Bar:
    """By how much one signal puts the last hit in front, or the memory itself."""
    return Bar(
        label_of(lack.signal),
        abs(lack.difference) / most,
        "red" if lack.difference > 0 else "green",
        figure=f"{-lack.difference:+.2f}",
        note=f"{lack.own.contribution:.2f}/{lack.of_last.contribution:.2f}",
    )


def bar(share: float, width: int, *, ascii_only: bool = False) -> str:
    """A bar of that share of the width, padded to it, drawn to an eighth of a character."""
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    full, rest = divmod(eighths, 8)
    if ascii_only:
        return (_ASCII * round(share * width)).ljust(width)
    return (_FULL * full + (_EIGHTHS[rest] if rest else "")).ljust(width)


def draws_blocks(encoding: str) -> bool:
    """Whether a terminal of this encoding has the characters of a bar."""
    return encoding.lower().startswith("utf")


def _grid(rows: int) -> Table:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right", width=len(str(max(rows, 1))))
    grid.add_column(ratio=1, overflow="fold")
    return grid


def _words(memory: Memory) -> Text:
    return Text(visible(memory.text), overflow="fold")


def _about(memory: Memory) -> str:
    return f"{speaker_of(memory)} · {memory.valid_at:%Y-%m-%d} · {memory.id}"


def _cited(memory: Memory) -> list[RenderableType]:
    """The evidence: the messages that a memory comes from, the first of them."""
    lines = [
        Text.assemble(("cites".ljust(_LABEL_WIDTH), QUIET), one_line(_source(source)), overflow="fold")
        for source in memory.sources[:_SOURCES_SHOWN]
    ]
    more = len(memory.sources) - len(lines)
    return [*lines, Text(f"{' ' * _LABEL_WIDTH}and {more} more", QUIET)] if more > 0 else [*lines]


def _value(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _instant(instant: datetime | None) -> str | None:
    return None if instant is None else iso(instant)


def _source(source: Source) -> str:
    place = source.message_id or f"{source.position + 1} of episode {source.episode_id}"
    return f"{source.speaker} at {iso(source.at)}, message {place}"


def _minute(version: Version) -> str:
    return f"{version.recorded_at:%Y-%m-%d %H:%M}"
