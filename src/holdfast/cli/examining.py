"""What ``doctor`` finds out about the language model, and about what waits to be read by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from holdfast import limits
from holdfast.cli.documents import document
from holdfast.domain.job import JobState
from holdfast.errors import HoldfastError
from holdfast.formation.errand import EXTRACT

if TYPE_CHECKING:
    from holdfast.cli.documents import Json
    from holdfast.domain.job import Job
    from holdfast.engine import Holdfast


@dataclass(frozen=True, slots=True)
class Reader:
    """Who derives facts, whether it is there, and what waits for it.

    Attributes:
        name: the model; None where rules do.
        fault: why it cannot be asked.
        context_tokens: what prompt and reply may take together, where that is known.
        pending: jobs that wait for it.
        dead: those that failed for good.
        last_error: why the last attempt failed at one of them.
    """

    name: str | None = None
    fault: str | None = None
    context_tokens: int | None = None
    pending: int = 0
    dead: int = 0
    last_error: str | None = None

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What is to be told of it, line by line."""
        lines = [("model", self._told)]
        if self.pending or self.dead:
            lines.append(("to be read", f"{self.pending:,} waiting, {self.dead:,} dead"))
        if self.last_error is not None:
            lines.append(("last error", self.last_error))
        return lines

    @property
    def faults(self) -> tuple[str, ...]:
        """What is to be mended."""
        found = (
            [] if self.fault is None else [f"the language model {self.name} cannot be asked: {self.fault}"]
        )
        if self.name is None and self.pending:
            found.append(
                f"{self.pending:,} jobs wait for a language model, and none is configured: set "
                "HOLDFAST_MODEL, or have rules do them with 'holdfast worker --once --model rules'"
            )
        if self.dead:
            found.append(
                f"{self.dead:,} jobs of the language model failed for good; the last: {self.last_error}"
            )
        return tuple(found)

    @property
    def document(self) -> Json:
        """The same for programs."""
        return {
            "name": self.name,
            "reachable": None if self.name is None else self.fault is None,
            "fault": self.fault,
            "context_tokens": self.context_tokens,
            "pending": self.pending,
            "dead": self.dead,
            "last_error": document(self.last_error),
        }

    @property
    def _told(self) -> str:
        if self.name is None:
            return "none: rules derive facts"
        if self.fault is not None:
            return f"{self.name}, not reachable"
        context = "" if self.context_tokens is None else f", {self.context_tokens:,} tokens of context"
        return f"{self.name}, reachable{context}"


def examine_reader(memory: Holdfast) -> Reader:
    """Ask the model of a store whether it is there, without spending tokens, and look at its jobs."""
    waiting, dead = _jobs(memory, JobState.PENDING), _jobs(memory, JobState.DEAD)
    failed = [job for job in (*dead, *waiting) if job.error is not None]
    latest = max(failed, key=lambda job: job.updated_at, default=None)
    name, context_tokens, fault = _ask(memory)
    return Reader(
        name,
        fault,
        context_tokens,
        len(waiting),
        len(dead),
        None if latest is None or latest.error is None else f"{latest.error.code}: {latest.error.message}",
    )


def _jobs(memory: Holdfast, state: JobState) -> list[Job]:
    return [job for job in memory.jobs(state=state.value, limit=limits.JOBS_LIST_MAX) if job.kind == EXTRACT]


def _ask(memory: Holdfast) -> tuple[str | None, int | None, str | None]:
    """The name of the model, its context, and why it cannot be asked."""
    try:
        model = memory.model
        if model is None:
            return None, None, None
        model.verify()
    except HoldfastError as fault:
        return memory.model_name, None, fault.message
    return str(model.identity), model.context_tokens, None
