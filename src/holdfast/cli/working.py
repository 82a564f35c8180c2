"""``worker``, ``jobs`` and ``retry``."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from holdfast.cli.documents import document, object_document
from holdfast.cli.drawing import draw_done, draw_facts
from holdfast.cli.opening import open_store
from holdfast.cli.options import Model, Where
from holdfast.cli.output import Output
from holdfast.domain.instant import iso
from holdfast.domain.job import JobState
from holdfast.errors import InvalidInput

if TYPE_CHECKING:
    from types import FrameType

    from holdfast.domain.events import Subscriber
    from holdfast.domain.job import Job, JobCounts
    from holdfast.worker import Ran, Worker

_LISTEN_SECONDS = 0.5


def worker(
    where: Where,
    model: Model = None,
    once: Annotated[
        bool, typer.Option("--once", help="Do what is due, one job after the other, and end.")
    ] = False,
    concurrency: Annotated[
        int, typer.Option("--concurrency", metavar="N", help="Jobs at a time, without --once.")
    ] = 1,
) -> None:
    """Do pending jobs until stopped: have the language model read what waits for it, and clear away what is
    past its retention. One line for each attempt.

    Ctrl+C or SIGTERM lets the jobs at work end first; a second time ends it at once, and loses nothing.

    Example: holdfast worker --concurrency 2
    """
    output = Output(json=where.as_json)
    with open_store(where, model=model) as memory:
        attempts: SimpleQueue[Ran | None] = SimpleQueue()
        runner = memory.worker(concurrency=concurrency, observe=attempts.put)
        if not once:
            output.note(f"working on {memory.location}; Ctrl+C stops")
        _run(runner, attempts, output, once=once)


def _run(runner: Worker, attempts: SimpleQueue[Ran | None], output: Output, *, once: bool) -> None:
    def work() -> None:
        try:
            runner.run_all() if once else runner.run()
        finally:
            attempts.put(None)

    loop = import_module("holdfast.worker").Loop(work, "holdfast-worker")
    with _terminated_as_interrupted():
        loop.start()
        try:
            _tell(attempts, output)
        except KeyboardInterrupt:
            output.note("stopping when the jobs at work have ended")
            runner.stop()
            _tell(attempts, output)
    loop.join()
    if loop.error is not None:
        raise loop.error


def _tell(attempts: SimpleQueue[Ran | None], output: Output) -> None:
    """Say what became of each attempt until there are no more."""
    while True:
        try:
            ran = attempts.get(timeout=_LISTEN_SECONDS)
        except Empty:  # waiting without end could not be interrupted on every system
            continue
        if ran is None:
            return
        if output.json:
            output.text(json.dumps(document(ran), ensure_ascii=True))
        else:
            output.text(_line(ran))


def _line(ran: Ran) -> str:
    said = [ran.outcome.value, ran.kind, ran.job_id, f"attempt {ran.attempt}"]
    if ran.error is not None:
        said.append(f"{ran.error.code}: {ran.error.message}")
    if ran.retry_at is not None:
        said.append(f"again at {iso(ran.retry_at)}")
    return "\t".join(said)


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """What ends a service, SIGTERM, is taken as what ends a program in a terminal."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(_: int, __: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def jobs(
    where: Where,
    state: Annotated[
        str,
        typer.Option("--state", metavar="STATE", help="Which to list: pending, running, done, dead or all."),
    ] = JobState.DEAD.value,
    limit: Annotated[int, typer.Option("--limit", metavar="N", help="How many to list.")] = 20,
) -> None:
    """Show how many jobs wait, run, are done and failed for good, and list those that failed.

    Example: holdfast jobs --state pending
    """
    output = Output(json=where.as_json)
    with open_store(where, any_embedder=True) as memory:
        counts = memory.job_counts()
        listed = memory.jobs(state=None if state == "all" else state, limit=limit)
        subscribers = memory.subscribers()
    facts = [*_counted(counts), *map(_subscriber, subscribers), *map(_listed, listed)]
    output.answer(
        lambda: {
            "counts": object_document(counts),
            "jobs": document(listed),
            "subscribers": document(subscribers),
        },
        rows=lambda: facts,
        drawn=lambda: draw_facts(facts),
    )


def _counted(counts: JobCounts) -> list[tuple[str, str]]:
    return [(name, f"{number:,}") for name, number in object_document(counts).items()]


def _subscriber(known: Subscriber) -> tuple[str, str]:
    return "subscriber", f"{known.name}, {known.behind:,} events behind, seen {iso(known.seen_at)}"


def _listed(job: Job) -> tuple[str, str]:
    told = f"{job.id} {job.kind}, {job.attempts} attempts, asked for {iso(job.created_at)}"
    return job.state.value, told if job.error is None else f"{told}: {job.error.code}: {job.error.message}"


def retry(
    where: Where,
    job_id: Annotated[
        str | None,
        typer.Argument(metavar="[ID]", help="A job that failed for good.", show_default=False),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All that failed for good.")] = False,
) -> None:
    """Let jobs that failed for good be tried again from the beginning.

    Example: holdfast retry --all
    """
    output = Output(json=where.as_json)
    if (job_id is None) is not every:
        raise InvalidInput("give the id of one job, or --all", code="nothing_to_retry")
    with open_store(where, any_embedder=True) as memory:
        retried = memory.retry(job_id)
    told = "1 job" if retried == 1 else f"{retried:,} jobs"
    output.answer(
        lambda: {"retried": retried},
        rows=lambda: [("retried", told)],
        drawn=lambda: draw_done("retried", told),
    )
