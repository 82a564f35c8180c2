"""``search``, ``why-not``, ``context``, ``list``, ``get``, ``history`` and ``related``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from holdfast.cli.documents import (
    context_document,
    document,
    object_document,
    page_document,
    search_document,
    why_not_document,
)
from holdfast.cli.drawing import (
    draw_facts,
    draw_hits,
    draw_memories,
    draw_related,
    draw_versions,
    draw_why_not,
    facts_of,
    shown_lacks,
    speaker_of,
)
from holdfast.cli.meaning import (
    describe,
    filtering,
    ids_to_read,
    ids_within,
    read_past,
    read_text,
    scope_document,
)
from holdfast.cli.opening import open_store
from holdfast.cli.options import Choice, Where, Whose, Within
from holdfast.cli.output import Output
from holdfast.cli.safe import visible
from holdfast.domain.instant import iso
from holdfast.domain.ranking import Fusion
from holdfast.domain.rendering import ContextFormat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from holdfast.domain.memory import Memory
    from holdfast.domain.ranking import SearchResult
    from holdfast.domain.why_not import WhyNot

MemoryId = Annotated[str, typer.Argument(metavar="ID", help="The id of a memory.", show_default=False)]
Query = Annotated[
    list[str],
    typer.Argument(metavar="QUERY…", help="A question or some words; '-' reads stdin.", show_default=False),
]
AskedAt = Annotated[
    str | None,
    typer.Option(
        "--asked-at",
        metavar="TIME",
        help="The time that 'last week' in the query is seen from (ISO 8601). Default: now.",
        show_default=False,
    ),
]


def search(
    query: Query,
    choice: Choice,
    whose: Whose,
    where: Where,
    limit: Annotated[int, typer.Option("--limit", metavar="N", help="Hits at most.")] = 10,
    fusion: Annotated[
        Fusion,
        typer.Option("--fusion", help="Join all signals by weight, or the ranks of meaning and words."),
    ] = Fusion.SUM,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show why each was found: a bar for each signal.")
    ] = False,
    asked_at: AskedAt = None,
) -> None:
    """Find memories by meaning and by words, the best first.

    The bars of --explain add up to the score, the longest first: 'meaning' is closeness in meaning,
    'words' is words in common, 'nearby' the same for the message together with the two before it, 'reply'
    and 'conversation' say how well the message behind it and the best of its conversation fit. Below them
    stand the messages that a hit cites.

    Example: holdfast search where does Ana live? --user ana --explain
    """
    output = Output(json=where.as_json)
    ids = ids_to_read(whose, output)
    with open_store(where) as memory:
        result = memory.search(
            read_text(query, what="the query"),
            **ids,
            **filtering(choice),
            asked_at=asked_at,
            limit=limit,
            fusion=fusion,
            explain=explain,
        )
    output.answer(
        lambda: search_document(result, scope_document(ids)),
        rows=lambda: _hit_rows(result),
        drawn=lambda: draw_hits(result.hits),
    )
    if not result.hits:
        output.note(f"nothing found for {describe(ids)}")


def why_not(
    memory_id: MemoryId,
    query: Query,
    choice: Choice,
    whose: Whose,
    where: Where,
    limit: Annotated[int, typer.Option("--limit", metavar="N", help="Hits of that search at most.")] = 10,
    asked_at: AskedAt = None,
) -> None:
    """Say why a search does not find a memory, or how far behind the last hit it lies.

    A bar shows how much less a signal gave to the memory than to the last hit, and in green how much more;
    the figures behind it are those of the memory and of the last hit.

    Example: holdfast why-not 01977e5c-6f2e-7b5a-9d0c-3f1e2a4b5c6d where does Ana live? --user ana
    """
    output = Output(json=where.as_json)
    ids = ids_to_read(whose, output)
    with open_store(where) as memory:
        why = memory.why_not(
            read_text(query, what="the query"),
            memory_id,
            **ids,
            **filtering(choice),
            asked_at=asked_at,
            limit=limit,
        )
    output.answer(
        lambda: why_not_document(why, scope_document(ids)),
        rows=lambda: _why_rows(why),
        drawn=lambda: draw_why_not(why),
    )


def context(
    query: Query,
    choice: Choice,
    whose: Whose,
    where: Where,
    max_tokens: Annotated[
        int, typer.Option("--max-tokens", metavar="N", help="The size of the block at most.")
    ] = 1_000,
    form: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="text, markdown, json or message.")
    ] = ContextFormat.TEXT.value,
    asked_at: AskedAt = None,
) -> None:
    """Make a block for a prompt: the memories that fit best, within a budget of tokens.

    One line each, oldest first, with date and speaker, quoted so that stored text cannot pose as an
    instruction. Only the block goes to stdout; 'message' is one for a chat list, as JSON.

    Example: holdfast context help me plan dinner --user ana --max-tokens 500
    """
    output = Output(json=where.as_json)
    ids = ids_to_read(whose, output)
    with open_store(where) as memory:
        block = memory.context(
            read_text(query, what="the query"),
            **ids,
            **filtering(choice),
            asked_at=asked_at,
            max_tokens=max_tokens,
            format=form,
        )
    if output.json:
        output.document(context_document(block, scope_document(ids)))
    elif block.memories:
        output.text(visible(block.text))
        output.note(f"{len(block.memories)} memories, {block.tokens} tokens")
    else:
        output.note(f"nothing fits for {describe(ids)}")


def list_memories(
    choice: Choice,
    whose: Whose,
    where: Where,
    limit: Annotated[int, typer.Option("--limit", metavar="N", help="Memories at most.")] = 50,
    after: Annotated[
        str | None,
        typer.Option("--after", metavar="ID", help="Continue behind this memory.", show_default=False),
    ] = None,
) -> None:
    """List memories, the newest first, a page at a time.

    Example: holdfast list --user ana --filter category=work --limit 20
    """
    output = Output(json=where.as_json)
    ids = ids_to_read(whose, output)
    with open_store(where, any_embedder=True) as memory:
        page = memory.list(**ids, **filtering(choice), limit=limit, after=after)
    output.answer(
        lambda: page_document(page, scope_document(ids)),
        rows=lambda: map(_row, page.memories),
        drawn=lambda: draw_memories(page.memories),
    )
    if page.after is not None:
        output.note(f"{len(page.memories)} shown; the next page: --after {page.after}")
    elif not page.memories:
        output.note(f"no memories of {describe(ids)}")


def get(
    memory_id: MemoryId,
    within: Within,
    where: Where,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            metavar="TIME",
            help="As it was at this time: ISO 8601, or 2d and 12h for so long ago.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Show one memory with everything that is known about it, or was at an earlier time.

    Example: holdfast get 01977e5c-6f2e-7b5a-9d0c-3f1e2a4b5c6d
    """
    output = Output(json=where.as_json)
    with open_store(where, any_embedder=True) as memory:
        found = memory.get(memory_id, as_of=read_past(as_of), **ids_within(within))
    output.answer(
        lambda: object_document(found),
        rows=lambda: facts_of(found),
        drawn=lambda: draw_facts(facts_of(found)),
    )


def history(memory_id: MemoryId, within: Within, where: Where) -> None:
    """Show every content that a memory had, oldest first; of a deleted one too.

    'holdfast undo' takes the id of the change that stands with each.

    Example: holdfast history 01977e5c-6f2e-7b5a-9d0c-3f1e2a4b5c6d
    """
    output = Output(json=where.as_json)
    with open_store(where, any_embedder=True) as memory:
        versions = memory.history(memory_id, **ids_within(within))
    output.answer(
        lambda: {"versions": document(versions)},
        rows=lambda: (
            (
                str(item.version),
                item.event,
                item.recorded_at.isoformat(),
                item.text,
                item.reason or "",
                item.change_id,
            )
            for item in versions
        ),
        drawn=lambda: draw_versions(versions),
    )


def related(
    memory_id: MemoryId,
    within: Within,
    where: Where,
    kind: Annotated[
        str | None,
        typer.Option("--type", metavar="TYPE", help="Only links of this type.", show_default=False),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", help="Links at most.")] = 50,
) -> None:
    """Show what a memory is linked with, in either direction, the strongest link first.

    Example: holdfast related 01977e5c-6f2e-7b5a-9d0c-3f1e2a4b5c6d --type supersedes
    """
    output = Output(json=where.as_json)
    with open_store(where, any_embedder=True) as memory:
        links = memory.related(memory_id, type=kind, limit=limit, **ids_within(within))
    output.answer(
        lambda: {"related": document(links)},
        rows=lambda: (
            (
                "to" if link.outgoing else "from",
                link.relation.type,
                f"{link.relation.strength:g}",
                *_row(link.memory),
            )
            for link in links
        ),
        drawn=lambda: draw_related(links),
    )
    if not links:
        output.note("no links")


def _hit_rows(result: SearchResult) -> Iterator[tuple[str, ...]]:
    for hit in result:
        parts = sorted(hit.parts, key=lambda part: -part.contribution)
        given = (f"{part.signal}={part.contribution:.3f}" for part in parts if part.contribution)
        yield (f"{hit.score:.3f}", *_row(hit.memory), *given, *(_cited(hit.memory) if parts else ()))


def _why_rows(why: WhyNot) -> Iterator[tuple[str, ...]]:
    yield (why.reason, why.sentence)
    for lack in shown_lacks(why):
        own, last = lack.own.contribution, lack.of_last.contribution
        yield (lack.signal, f"{-lack.difference:+.3f}", f"{own:.3f}", f"{last:.3f}")


def _cited(memory: Memory) -> Iterator[str]:
    """The evidence: an id and a date for each message that a memory comes from."""
    for source in memory.sources:
        place = source.message_id or f"{source.episode_id}:{source.position}"
        yield f"cites={place}@{iso(source.at)}"


def _row(memory: Memory) -> tuple[str, ...]:
    return (memory.id, f"{memory.valid_at:%Y-%m-%d}", speaker_of(memory), memory.text)
