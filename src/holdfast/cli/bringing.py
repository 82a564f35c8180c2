"""Carries out ``import`` and tells what it did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from holdfast.cli.documents import Json, document, object_document
from holdfast.cli.drawing import draw_facts
from holdfast.cli.meaning import ids_to_write, metadata_of
from holdfast.cli.opening import open_store
from holdfast.cli.options import Labels, Where, Whose
from holdfast.cli.output import Output
from holdfast.cli.progress import progress
from holdfast.cli.safe import one_line
from holdfast.domain.origin import read_origin
from holdfast.errors import InvalidInput
from holdfast.importers import Defaults, Format, Preview, Report, import_file, preview_file
from holdfast.settings import Settings

if TYPE_CHECKING:
    from holdfast.cli.meaning import Ids


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options of ``import`` alone."""

    file: str
    format: str | None
    at: str | None
    model: str | None
    split: bool
    speakers: bool
    origin: str
    dry_run: bool


def bring(wanted: Wanted, labels: Labels, whose: Whose, where: Where) -> None:
    """Import the file, or show what would be imported."""
    output = Output(json=where.as_json)
    defaults = _defaults(wanted, labels, whose, ids_to_write(whose, output))
    form = _read_format(wanted.format)
    if wanted.dry_run:
        _answer_preview(output, wanted.file, preview_file(wanted.file, defaults, format=form))
        return
    kept = "interrupted: what was imported is kept, and the same command goes on from there"
    with (
        open_store(where, create=True, model=wanted.model) as memory,
        progress("importing", output, if_interrupted=kept) as report,
    ):
        done = import_file(memory, wanted.file, defaults, format=form, progress=report)
        waiting = memory.stats().jobs_waiting if wanted.model or Settings.read().model else 0
    output.answer(
        lambda: {"path": wanted.file, **object_document(done)},
        rows=lambda: _facts(done),
        drawn=lambda: draw_facts(_facts(done)),
    )
    if waiting:
        output.note(f"jobs that wait, for the language model: {waiting:,}; 'holdfast worker' does them")


def _defaults(wanted: Wanted, labels: Labels, whose: Whose, ids: Ids) -> Defaults:
    """The user is only a fallback unless the command line names one."""
    return Defaults(
        user_id=whose.user,
        fallback_user_id=ids["user_id"],
        agent_id=whose.agent,
        session_id=whose.session,
        tenant=whose.tenant,
        at=wanted.at,
        metadata=metadata_of(labels),
        split=wanted.split,
        speakers=wanted.speakers,
        origin=read_origin(wanted.origin),
    )


def _read_format(given: str | None) -> Format | None:
    if given is None:
        return None
    try:
        return Format(given)
    except ValueError as error:
        raise InvalidInput(
            f"{given!r} is no form of file; there are {', '.join(Format)}", code="unknown_format"
        ) from error


def _facts(report: Report) -> list[tuple[str, str]]:
    facts = [
        ("form", report.format.value),
        ("messages", f"{report.messages:,}"),
        ("new", f"{report.new:,}"),
        ("known", f"{report.known:,}"),
        ("episodes", f"{report.episodes:,}"),
        ("memories", f"{report.memories:,}"),
    ]
    return facts + _left_out(report)


def _left_out(done: Report | Preview) -> list[tuple[str, str]]:
    facts = []
    if done.skipped:
        facts.append(("blank", f"{done.skipped:,} skipped"))
    if done.ignored_keys:
        facts.append(("ignored", f"keys {', '.join(done.ignored_keys)}"))
    return facts


def _answer_preview(output: Output, file: str, preview: Preview) -> None:
    facts = [
        ("form", preview.format.value),
        ("messages", f"{preview.messages:,} would be imported"),
        *((str(scope), f"{count:,}") for scope, count in preview.scopes.items()),
        *_left_out(preview),
        *(("first", f"{message.speaker}: {one_line(message.content)[:120]}") for message in preview.first),
    ]
    output.answer(
        lambda: _preview_document(file, preview), rows=lambda: facts, drawn=lambda: draw_facts(facts)
    )


def _preview_document(file: str, preview: Preview) -> Json:
    return {
        "path": file,
        "dry_run": True,
        "format": preview.format.value,
        "messages": preview.messages,
        "skipped": preview.skipped,
        "scopes": [{**object_document(scope), "messages": count} for scope, count in preview.scopes.items()],
        "first": document(preview.first),
        "ignored_keys": document(preview.ignored_keys),
    }
