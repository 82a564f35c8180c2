"""``export``, ``load``, ``backup``, ``reindex``, ``stats`` and ``doctor``."""

from __future__ import annotations

import platform
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

import holdfast
from holdfast.cli.documents import Json, document, object_document
from holdfast.cli.drawing import draw_done, draw_facts, draw_faults
from holdfast.cli.examining import Reader, examine_reader
from holdfast.cli.exits import Exit
from holdfast.cli.opening import open_store
from holdfast.cli.options import Model, Where
from holdfast.cli.output import Output
from holdfast.cli.progress import progress
from holdfast.errors import BackendRejected
from holdfast.settings import Settings

if TYPE_CHECKING:
    from holdfast.domain.job import JobCounts
    from holdfast.domain.spending import ModelSpent
    from holdfast.engine import Holdfast
    from holdfast.ports import StoreStats

T = TypeVar("T")

_DAYS_SHOWN = 7

NewFile = Annotated[
    str, typer.Argument(metavar="FILE", help="A file that is not there yet.", show_default=False)
]


def export(
    file: NewFile,
    where: Where,
    tenant: Annotated[
        str | None,
        typer.Option(
            "--tenant", metavar="ID", help="Only this tenant. Default: all of them.", show_default=False
        ),
    ] = None,
) -> None:
    """Write the whole store as JSON Lines that any program can read and 'holdfast load' takes back.

    Every memory goes out with its versions, sources and links, and every episode word for word. Vectors
    stay behind: they are made again.

    Example: holdfast export everything.jsonl
    """
    output = Output(json=where.as_json)
    nothing_left = "interrupted: nothing was exported"
    with (
        open_store(where, any_embedder=True) as memory,
        progress("exporting", output, if_interrupted=nothing_left) as report,
    ):
        records = memory.export(file, tenant=tenant, progress=report)
    _answer(output, {"path": file, "records": records}, f"{records:,} records to {file}", done="exported")


def load(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="What 'holdfast export' wrote.", show_default=False)
    ],
    where: Where,
) -> None:
    """Read an export into a store, old or new. What is there already is left alone.

    Example: holdfast load everything.jsonl --db other.db
    """
    output = Output(json=where.as_json)
    kept = "interrupted: what was loaded is kept, and the same command goes on from there"
    with (
        open_store(where, create=True) as memory,
        progress("loading", output, if_interrupted=kept) as report,
    ):
        records = memory.load(file, progress=report)
    _answer(output, {"path": file, "records": records}, f"{records:,} new records from {file}", done="loaded")


def backup(file: NewFile, where: Where) -> None:
    """Copy the store to a new file, consistent even while others write. The copy is a store itself.

    Example: holdfast backup memory-2026-03-01.db
    """
    output = Output(json=where.as_json)
    nothing_left = "interrupted: no backup was made"
    with (
        open_store(where, any_embedder=True) as memory,
        progress("copying", output, if_interrupted=nothing_left) as report,
    ):
        path = memory.backup(file, progress=report)
    size = path.expanduser().stat().st_size
    _answer(output, {"path": file, "bytes": size}, f"{size:,} bytes to {file}", done="copied")


def reindex(where: Where) -> None:
    """Make all vectors anew with the chosen encoder, for a store that another encoder filled.

    Until all are made, the store stays as it was. May be interrupted and started again.

    Example: holdfast reindex --embedder static
    """
    output = Output(json=where.as_json)
    kept = "interrupted: the old vectors still serve, and the same command goes on from there"
    with (
        open_store(where, any_embedder=True) as memory,
        progress("encoding", output, if_interrupted=kept) as report,
    ):
        memories = memory.reindex(progress=report)
        encoder = str(memory.embedder.identity)
    shape: Json = {"memories": memories, "embedder": encoder}
    _answer(output, shape, f"{memories:,} memories with {encoder}", done="encoded")


def stats(where: Where) -> None:
    """Show what the store holds, in numbers.

    Example: holdfast stats --db agent.db
    """
    output = Output(json=where.as_json)
    with open_store(where, any_embedder=True) as memory:
        numbers, location = memory.stats(), memory.location
    output.answer(
        lambda: {"path": location, **object_document(numbers)},
        rows=lambda: _named(location, numbers),
        drawn=lambda: draw_facts(_named(location, numbers)),
    )


def doctor(where: Where, model: Model = None) -> None:
    """Look for damage: the file's structure, its indexes, the audit log and the encoder's weights; for jobs
    that failed, or that nobody does; and ask the language model, if there is one, whether it is there.

    Nothing is changed. The exit code is 0 when all is well and 9 when something is not.

    Example: holdfast doctor --db agent.db
    """
    output = Output(json=where.as_json)
    with progress("examining", output, if_interrupted="interrupted: nothing was changed"):
        location, numbers, reader, faults = _examine(where, model)
    facts = _surroundings() + (_named(location, numbers) if numbers else [("store", location)]) + reader.facts
    output.answer(
        lambda: {
            "ok": not faults,
            "path": location,
            "faults": list(faults),
            "stats": document(numbers),
            "model": reader.document,
            **dict(_surroundings()),
        },
        rows=lambda: [*facts, *(("fault", fault) for fault in faults), ("ok", "no" if faults else "yes")],
        drawn=lambda: draw_faults(facts, faults),
    )
    if faults:
        raise typer.Exit(Exit.BACKEND_REJECTED)


def _examine(where: Where, model: str | None) -> tuple[str, StoreStats | None, Reader, tuple[str, ...]]:
    """A store that cannot be opened, checked or counted is a finding, not a failure of the doctor."""
    location = where.db or Settings.read().default_store()
    opened, faults = _or_fault(lambda: open_store(where, any_embedder=True, model=model))
    if opened is None:
        return location, None, Reader(), faults
    with opened as memory:
        checked, unchecked = _or_fault(memory.check)
        numbers, uncounted = _or_fault(memory.stats)
        faults = (*(checked or ()), *unchecked, *uncounted)
        other = _other_encoder(memory, numbers) if numbers is not None else ()
        counts, _ = _or_fault(memory.job_counts)
        reader, unread = _or_fault(lambda: examine_reader(memory))
    left = _left_behind(counts) if counts is not None else ()
    found = reader or Reader()
    return location, numbers, found, tuple(dict.fromkeys((*faults, *other, *left, *unread, *found.faults)))


def _or_fault(look: Callable[[], T]) -> tuple[T | None, tuple[str, ...]]:
    try:
        return look(), ()
    except BackendRejected as fault:
        return None, (fault.message,)


def _other_encoder(memory: Holdfast, numbers: StoreStats) -> tuple[str, ...]:
    own, found = memory.embedder.identity, numbers.embedder
    if found is None or found == own:
        return ()
    told = (
        f"its vectors come from the encoder {found}, not from {own}: search with --embedder {found.id}, "
        "or run 'holdfast reindex'"
    )
    return (told,)


def _left_behind(counts: JobCounts) -> tuple[str, ...]:
    found = []
    if counts.dead:
        found.append(
            f"{_jobs(counts.dead)} failed for good: see 'holdfast jobs', mend the cause, then run "
            "'holdfast retry --all'"
        )
    if counts.stuck:
        found.append(f"{_jobs(counts.stuck)} should have begun an hour ago: run 'holdfast worker'")
    return tuple(found)


def _jobs(number: int) -> str:
    return "1 job" if number == 1 else f"{number:,} jobs"


def _surroundings() -> list[tuple[str, str]]:
    return [("holdfast", holdfast.__version__), ("python", platform.python_version())]


def _named(location: str, numbers: StoreStats) -> list[tuple[str, str]]:
    return [
        ("store", location),
        ("memories", f"{numbers.memories:,}"),
        ("deleted", f"{numbers.deleted:,}"),
        ("messages", f"{numbers.messages:,} in {numbers.episodes:,} episodes"),
        ("relations", f"{numbers.relations:,}"),
        ("users", f"{numbers.users:,}"),
        ("size", f"{numbers.bytes_on_disk:,} bytes"),
        ("encoder", str(numbers.embedder or "none yet")),
        ("encrypted", "yes" if numbers.encrypted else "no"),
        ("schema", str(numbers.schema_version)),
        ("changes", f"{numbers.change_number:,}"),
        ("jobs", f"{numbers.jobs_waiting:,} waiting, {numbers.jobs_dead:,} dead"),
        *(("model use", _spent(spent)) for spent in numbers.spending[:_DAYS_SHOWN]),
    ]


def _spent(spent: ModelSpent) -> str:
    price = f"{spent.cost_usd:.4f} USD" if spent.calls > spent.unpriced_calls else "price unknown"
    return (
        f"{spent.day} {spent.model}: {spent.calls:,} calls, {spent.input_tokens:,} tokens in, "
        f"{spent.output_tokens:,} out, {price}"
    )


def _answer(output: Output, shape: Json, told: str, *, done: str) -> None:
    output.answer(lambda: shape, rows=lambda: [(done, told)], drawn=lambda: draw_done(done, told))
