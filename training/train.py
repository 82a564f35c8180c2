"""Tunes the encoder for memory retrieval.

::

    python -m training.train --source ORIGINAL --out TUNED
    python -m training.train --source ORIGINAL --out TUNED --resume    # after an interruption

ORIGINAL holds ``model.safetensors`` and ``vocab.txt`` of all-MiniLM-L6-v2; TUNED gets the same two
files. What each option does stands in training/README.md.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import torch
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from training.dialogues import load_dialogues, split
from training.encoder import Encoder
from training.loss import backward
from training.metrics import evaluate, figures
from training.mining import mine
from training.pairs import QuestionKey, TurnKey, build_batch, build_pairs, order_of, with_rivals
from training.schedule import Schedule, steps_that_fit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.pairs import Batch, Pair

GRADIENT_NORM_MAX = 1.0
STEPS_TO_TIME = 10
"""Steps after which the pace is known and the schedule is fitted to the minutes."""

STATE_FILE = "state.pt"
RIVALS_FILE = "rivals.json"
RECORD_FILE = "record.json"


@dataclass(frozen=True, slots=True)
class Options:
    """What a run is made of; a resumed run must be given the same."""

    seed: int
    epochs: float
    batch: int
    rate: float
    warm_up: float
    temperature: float
    rivals: int
    among: int
    mine_at: float
    spare: int
    together: int
    window_share: float
    dropout: float
    cache_texts: int
    steps_max: int | None
    minutes: float
    validate_every: int
    patience: int
    validation_dialogues: int | None


@dataclass(slots=True)
class Standing:
    """How far the run has come."""

    step: int = 0
    steps: int = 0
    best: float = 0.0
    stale: int = 0
    seconds: float = 0.0
    step_seconds: float = 0.0
    validation_seconds: float = 0.0
    timed: bool = False
    mined: bool = False


class Run:
    """One training run: its pairs, its encoder, and where it stands."""

    def __init__(self, options: Options, *, source: Path, out: Path, device: str) -> None:
        self._options = options
        self._out = out
        self._console = Console()
        self._encoder = Encoder(source, device=device, dropout=options.dropout)
        tensors = self._encoder.trained().values()
        for tensor in tensors:
            tensor.requires_grad_()
        self._tensors = list(tensors)
        self._optimiser = torch.optim.AdamW(self._tensors, lr=options.rate, weight_decay=0.01)
        self._training, self._validation = split(load_dialogues())
        if options.validation_dialogues is not None:
            self._validation = Random(0).sample(self._validation, options.validation_dialogues)
        self._dialogues = {dialogue.id: dialogue for dialogue in self._training}
        self._pairs: Sequence[Pair] = build_pairs(self._training, spare=options.spare)
        self._order = _order(self._pairs, options)
        self._at = Standing(steps=len(self._order))
        self._history: list[dict[str, float | None]] = []
        self._losses: list[float] = []

    def resume(self) -> None:
        """Takes up where the last checkpoint was written."""
        state: dict[str, Any] = torch.load(self._out / STATE_FILE, weights_only=True)
        if state["options"] != asdict(self._options):
            raise SystemExit("The interrupted run had other options: give the same, or start anew")
        for tensor, saved in zip(self._tensors, state["tensors"], strict=True):
            tensor.data.copy_(saved)
        self._optimiser.load_state_dict(state["optimiser"])
        self._at = Standing(**state["at"])
        self._history = state["history"]
        self._losses = state["losses"]
        if self._at.mined:
            self._pairs = with_rivals(self._pairs, _read_rivals(self._out / RIVALS_FILE))

    def train(self) -> None:
        """Steps and validates until the end of the plan, of the patience or of the time."""
        self._out.mkdir(parents=True, exist_ok=True)
        if not self._history:
            self._validate()
        with self._progress() as progress:
            task = progress.add_task("training", total=self._at.steps, completed=self._at.step, loss="")
            while self._at.step < self._at.steps and not self._is_over():
                self._advance()
                loss = _shown(_mean(self._losses[-20:]))
                progress.update(task, completed=self._at.step, total=self._at.steps, loss=loss)
        self._write_record()

    def _is_over(self) -> bool:
        late = self._at.timed and self._at.seconds > self._options.minutes * 60 * 1.05
        return late or self._at.stale >= self._options.patience

    def _advance(self) -> None:
        began = time.monotonic()
        if not self._at.mined and self._options.mine_at * self._at.steps <= self._at.step:
            self._mine()
        self._losses.append(self._step())
        self._at.step += 1
        self._at.seconds += time.monotonic() - began
        self._at.step_seconds += time.monotonic() - began
        if self._at.step == STEPS_TO_TIME and not self._at.timed:
            self._fit_to_time()
        if self._at.step % self._options.validate_every == 0 or self._at.step == self._at.steps:
            self._validate()

    def _step(self) -> float:
        schedule = Schedule(self._at.steps, self._options.rate, self._options.warm_up)
        for group in self._optimiser.param_groups:
            group["lr"] = schedule.rate(self._at.step)
        self._encoder.training = True
        self._optimiser.zero_grad()
        loss = backward(
            self._encoder,
            self._batch(),
            self._text_of,
            temperature=self._options.temperature,
            cache_texts=self._options.cache_texts,
        )
        torch.nn.utils.clip_grad_norm_(self._tensors, GRADIENT_NORM_MAX)
        self._optimiser.step()
        self._encoder.training = False
        return loss

    def _batch(self) -> Batch:
        # A random of its own for each step: a resumed run draws what an unbroken one would have drawn.
        return build_batch(
            [self._pairs[place] for place in self._order[self._at.step]],
            rivals=self._options.rivals,
            among=self._options.among,
            before=self._before,
            window_share=self._options.window_share,
            random=Random(f"{self._options.seed}/{self._at.step}"),
        )

    def _text_of(self, turn: TurnKey) -> str:
        return self._dialogues[turn.dialogue].turn(turn.number).indexed

    def _before(self, turn: TurnKey) -> list[TurnKey]:
        return [TurnKey(turn.dialogue, each) for each in self._dialogues[turn.dialogue].before(turn.number)]

    def _mine(self) -> None:
        wanted = {self._pairs[place].question for batch in self._order[self._at.step :] for place in batch}
        ranked = mine(self._training, wanted, self._encoder.embed_all)
        _write_rivals(self._out / RIVALS_FILE, ranked)
        self._pairs = with_rivals(self._pairs, ranked)
        self._at.mined = True

    def _fit_to_time(self) -> None:
        """Cuts the plan to what fits beside the validations and the mining, which embeds nearly all."""
        options, at = self._options, self._at
        pace = at.step_seconds / at.step
        mining = len(self._training) / len(self._validation) if options.mine_at < 1 else 0
        left = options.minutes * 60 - at.seconds - at.validation_seconds * (1 + mining)
        more = steps_that_fit(
            at.steps - at.step,
            seconds_per_step=pace + at.validation_seconds / options.validate_every,
            seconds_left=left,
        )
        if at.step + more < at.steps:
            self._console.print(f"{pace:.2f} s a step: {at.step + more} steps of {at.steps} fit")
        at.steps = at.step + more
        at.timed = True

    def _validate(self) -> None:
        began = time.monotonic()
        found = evaluate(self._validation, self._encoder.embed_all)
        turns, windows = figures(found.turns), figures(found.windows)
        loss = _mean(self._losses[-self._options.validate_every :])
        self._history.append(
            {"step": self._at.step, "loss": loss, "mrr": turns.mrr, "window_mrr": windows.mrr}
        )
        self._console.print(
            f"step {self._at.step}: {_shown(loss)}, validation MRR {turns.mrr:.4f} by turn, "
            f"{windows.mrr:.4f} by window, Recall@1 {turns.recall_1:.4f}, Recall@10 {turns.recall_10:.4f}"
        )
        if turns.mrr > self._at.best:
            self._at.best, self._at.stale = turns.mrr, 0
            self._encoder.save(self._out)
        else:
            self._at.stale += 1
        self._at.validation_seconds = time.monotonic() - began
        self._at.seconds += self._at.validation_seconds
        if self._at.step:
            self._write_state()

    def _write_state(self) -> None:
        state = {
            "options": asdict(self._options),
            "tensors": [tensor.detach().cpu() for tensor in self._tensors],
            "optimiser": self._optimiser.state_dict(),
            "at": asdict(self._at),
            "history": self._history,
            "losses": self._losses,
        }
        unfinished = self._out / (STATE_FILE + ".new")
        torch.save(state, unfinished)
        unfinished.replace(self._out / STATE_FILE)
        self._write_record()

    def _write_record(self) -> None:
        record = {
            "options": asdict(self._options),
            "at": asdict(self._at),
            "history": self._history,
            "losses": [round(loss, 4) for loss in self._losses],
        }
        (self._out / RECORD_FILE).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")

    def _progress(self) -> Progress:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        return Progress(
            *columns, TextColumn("{task.fields[loss]}"), TimeRemainingColumn(), console=self._console
        )


def main() -> None:
    """Trains as the command line says."""
    arguments = _parser().parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    options = Options(**{name: getattr(arguments, name) for name in Options.__dataclass_fields__})
    if options.cache_texts and options.dropout:
        raise SystemExit("--cache-texts sends each text through twice, and --dropout would drop other values")
    device = "cuda" if torch.cuda.is_available() else "cpu"
    run = Run(options, source=arguments.source, out=arguments.out, device=device)
    if arguments.resume:
        run.resume()
    run.train()


def _mean(losses: Sequence[float]) -> float | None:
    return sum(losses) / len(losses) if losses else None


def _shown(loss: float | None) -> str:
    return "no loss yet" if loss is None else f"loss {loss:.3f}"


def _order(pairs: Sequence[Pair], options: Options) -> list[list[int]]:
    random = Random(options.seed)
    batches: list[list[int]] = []
    left = options.epochs
    while left > 0:
        epoch = order_of(pairs, size=options.batch, random=random, together=options.together)
        batches.extend(epoch[: round(len(epoch) * min(1, left))])
        left -= 1
    return batches[: options.steps_max]


def _write_rivals(path: Path, ranked: dict[QuestionKey, list[TurnKey]]) -> None:
    lines = [[*question, [turn.number for turn in turns]] for question, turns in ranked.items()]
    path.write_text(json.dumps(lines) + "\n", encoding="utf-8")


def _read_rivals(path: Path) -> dict[QuestionKey, list[TurnKey]]:
    return {
        QuestionKey(dialogue, place): [TurnKey(dialogue, number) for number in numbers]
        for dialogue, place, numbers in json.loads(path.read_text(encoding="utf-8"))
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Tunes the encoder for memory retrieval.")
    parser.add_argument("--source", type=Path, required=True, help="folder of the original encoder")
    parser.add_argument("--out", type=Path, required=True, help="folder for the tuned encoder")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint in --out")
    parser.add_argument("--threads", type=int, help="cores to use (torch decides)")
    parser.add_argument(
        "--seed", type=int, default=7, help="for the order of pairs and the draws (%(default)s)"
    )
    parser.add_argument("--epochs", type=float, default=1.0, help="passes over the pairs (%(default)s)")
    parser.add_argument("--batch", type=int, default=24, help="pairs a step (%(default)s)")
    parser.add_argument("--rate", type=float, default=3e-5, help="highest learning rate (%(default)s)")
    parser.add_argument("--warm-up", type=float, default=0.1, help="share of the steps (%(default)s)")
    parser.add_argument("--temperature", type=float, default=0.05, help="of the softmax (%(default)s)")
    parser.add_argument("--rivals", type=int, default=1, help="hard negatives for each pair (%(default)s)")
    parser.add_argument("--among", type=int, default=3, help="hardest to draw them from (%(default)s)")
    parser.add_argument("--mine-at", type=float, default=1.0, help="share of steps; 1 never (%(default)s)")
    parser.add_argument("--spare", type=int, default=0, help="turns beside an answer to spare (%(default)s)")
    parser.add_argument(
        "--together", type=int, default=4, help="pairs of a dialogue side by side in a batch (%(default)s)"
    )
    parser.add_argument("--window-share", type=float, default=0.0, help="pairs as windows (%(default)s)")
    parser.add_argument("--dropout", type=float, default=0.0, help="share of hidden values (%(default)s)")
    parser.add_argument(
        "--cache-texts", type=int, default=0, help="gradient caching; 0 without (%(default)s)"
    )
    parser.add_argument("--minutes", type=float, default=60, help="the run is fitted into it (%(default)s)")
    parser.add_argument("--steps-max", type=int, help="end of the plan, for a trial")
    parser.add_argument("--validate-every", type=int, default=100, help="steps (%(default)s)")
    parser.add_argument("--patience", type=int, default=3, help="validations without gain (%(default)s)")
    parser.add_argument("--validation-dialogues", type=int, help="fewer than all, for a trial")
    return parser


if __name__ == "__main__":
    main()
