"""Has a language model read what was said: at once, in a preview, or by a worker."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING

from holdfast.composition import open_language_model
from holdfast.domain.decision import DONE, PROCESSING
from holdfast.domain.extractor import RULES
from holdfast.domain.job import JobState
from holdfast.domain.spending import DailyBudget
from holdfast.errors import BackendUnavailable, NotFound
from holdfast.formation.errand import EXTRACT
from holdfast.formation.learn import Learned, LearningKit, add_costs, learn, preview
from holdfast.formation.remember import unsaid
from holdfast.ports import Usage
from holdfast.worker import Worker

if TYPE_CHECKING:
    from holdfast.domain.decision import AddResult
    from holdfast.domain.job import JobClaim, JobError
    from holdfast.formation.kit import FormationKit
    from holdfast.formation.remember import Conversation
    from holdfast.ports import Backend, LanguageModel
    from holdfast.settings import Settings
    from holdfast.worker import Handler


class Learning:
    """Reads for one engine. A model given by name is opened when it is needed, so that it never stops an add.

    ``model`` may be ``rules``: they read then what waits for a model.
    """

    def __init__(
        self, backend: Backend, formation: FormationKit, model: str | LanguageModel, settings: Settings
    ) -> None:
        self._backend = backend
        self._formation = formation
        self._given = model
        self._settings = settings
        self._opening = Lock()
        self._kit: LearningKit | None = None

    @property
    def model(self) -> LanguageModel | None:
        """The model; None where rules read.

        Raises:
            InvalidInput: ``unknown_model`` or ``invalid_model_url``.
            BackendRejected: ``extra_missing``.
        """
        return self._ready().model

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """Who does the jobs of a model."""
        return {EXTRACT: self._learn}

    def complete(self, conversation: Conversation, result: AddResult) -> AddResult:
        """What an add answers once the model has had its turn, if it has one.

        Raises:
            HoldfastError: for a dry run, what the model, or opening it, raises.
        """
        if conversation.dry_run and conversation.infer and conversation.by_model:
            return self._preview(conversation, result)
        if result.status == PROCESSING and conversation.wait:
            return self.read_now(result)
        if conversation.idempotency_key is not None and result.status == DONE:
            return _answered_again(result, self._backend)
        return result

    def read_now(self, result: AddResult) -> AddResult:
        """Do the job of an add in this thread, with the jobs of its further portions.

        What the model raises is kept with the job, which is tried again later by a worker.
        """
        found: list[Learned] = []
        error: JobError | None = None
        worker = self._worker({EXTRACT: lambda claim: found.append(self._learn(claim))})
        job_id: str | None = result.episode_id
        with suppress(BackendUnavailable):  # the store is away; what was said is in it, and the job too
            while job_id is not None:
                ran = worker.run_job(job_id)
                if ran is None or ran.outcome is not JobState.DONE:
                    error = None if ran is None else ran.error
                    break
                job_id = found[-1].next_job_id
        return _with(result, found, DONE if job_id is None else PROCESSING, error)

    def _learn(self, claim: JobClaim) -> Learned:
        return learn(claim, kit=self._ready())

    def _preview(self, conversation: Conversation, result: AddResult) -> AddResult:
        episode = unsaid(conversation, result.episode_id, kit=self._formation)
        if not episode.messages:
            return result
        learned = preview(episode, expires_at=conversation.expires_at, kit=self._ready())
        return _with(result, [learned], DONE, None)

    def _ready(self) -> LearningKit:
        with self._opening:
            if self._kit is None:
                self._kit = LearningKit(
                    self._formation,
                    self._backend.vectors,
                    self._backend.spending,
                    DailyBudget(self._settings.model_tokens_per_day, self._settings.model_usd_per_day),
                    self._opened(),
                )
            return self._kit

    def _opened(self) -> LanguageModel | None:
        if self._given == RULES:
            return None
        given = self._given
        return open_language_model(given, self._settings) if isinstance(given, str) else given

    def _worker(self, handlers: dict[str, Handler]) -> Worker:
        kit = self._formation
        return Worker(handlers, self._backend.jobs, clock=kit.clock, ids=kit.ids)


def _answered_again(result: AddResult, backend: Backend) -> AddResult:
    """The answer to a repeated key, as far as its job has come by now."""
    with suppress(NotFound):
        job = backend.jobs.get(result.episode_id)
        if job.state is not JobState.DONE:
            return replace(result, status=PROCESSING, waiting_for=job.error)
    return result


def _with(result: AddResult, found: list[Learned], status: str, waiting_for: JobError | None) -> AddResult:
    cost: float | None = 0.0
    for learned in found:
        cost = add_costs(cost, learned.cost_usd)
    return replace(
        result,
        facts=tuple(change for learned in found for change in learned.changes),
        status=status,
        usage=Usage(
            sum(learned.usage.input_tokens for learned in found),
            sum(learned.usage.output_tokens for learned in found),
        ),
        cost=cost,
        waiting_for=waiting_for,
    )
