"""Measures an encoder on the validation dialogues.

::

    python -m training.evaluate --model FOLDER [--model ANOTHER …]

FOLDER holds ``model.safetensors`` (float32), ``minilm.onnx`` or ``rows.npy`` (as shipped), or
``table.safetensors`` (a static table in float32).
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from training.dialogues import load_dialogues, split
from training.metrics import Ranked, evaluate, figures

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from training.metrics import Embed, Evaluation


def main() -> None:
    """Prints what the command line asks for."""
    arguments = _parser().parse_args()
    _, validation = split(load_dialogues())
    console = Console()
    for folder in arguments.model:
        embed = open_embed(folder, threads=arguments.threads)
        found = evaluate(validation, embed, together=arguments.together)
        console.print(_table(str(folder), found))


def open_embed(folder: Path, *, threads: int | None = None) -> Embed:
    """What turns texts into vectors, whatever kind of model the folder holds."""
    for name, opener in OPENERS.items():
        if (folder / name).exists():
            return opener(folder, threads)
    raise SystemExit(f"{folder} holds none of {', '.join(OPENERS)}")


def grouped(ranked: tuple[Ranked, ...]) -> dict[str, list[Ranked]]:
    """All questions, then those of each kind of dialogue, then those of each question type."""
    groups: dict[str, list[Ranked]] = {"all": list(ranked)}
    for name in sorted({each.kind for each in ranked}):
        groups[f"kind {name}"] = [each for each in ranked if each.kind == name]
    for name in sorted({each.type for each in ranked}):
        groups[f"type {name}"] = [each for each in ranked if each.type == name]
    return groups


# A library is imported when a folder asks for it: torch is not needed to measure what ships.


def _open_encoder(folder: Path, threads: int | None) -> Embed:
    import torch  # noqa: PLC0415

    from training.encoder import Encoder  # noqa: PLC0415

    if threads:
        torch.set_num_threads(threads)
    return Encoder(folder, device="cuda" if torch.cuda.is_available() else "cpu").embed_all


def _open_table(folder: Path, threads: int | None) -> Embed:
    import torch  # noqa: PLC0415

    from training.table import StaticTable  # noqa: PLC0415

    if threads:
        torch.set_num_threads(threads)
    return StaticTable.load(folder).embed_all


def _open_minilm(folder: Path, _threads: int | None) -> Embed:
    from holdfast.adapters.minilm.embedder import MiniLmEmbedder  # noqa: PLC0415

    return MiniLmEmbedder(folder).embed_documents


def _open_static(folder: Path, _threads: int | None) -> Embed:
    from holdfast.adapters.static.embedder import StaticEmbedder  # noqa: PLC0415

    return StaticEmbedder(folder).embed_documents


OPENERS: Mapping[str, Callable[[Path, int | None], Embed]] = {
    "model.safetensors": _open_encoder,
    "table.safetensors": _open_table,
    "minilm.onnx": _open_minilm,
    "rows.npy": _open_static,
}


def _table(title: str, found: Evaluation) -> Table:
    table = Table(title=title)
    headings = ("", "questions", "MRR", "R@1", "R@10", "window MRR", "R@1", "R@10")
    for heading in headings:
        table.add_column(heading, justify="right" if heading else "left")
    windows = grouped(found.windows)
    for name, ranked in grouped(found.turns).items():
        one, other = figures(ranked), figures(windows[name])
        values = (one.mrr, one.recall_1, one.recall_10, other.mrr, other.recall_1, other.recall_10)
        table.add_row(name, str(one.questions), *(f"{100 * value:.1f}" for value in values))
    return table


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Measures an encoder on the validation dialogues.")
    parser.add_argument("--model", type=Path, action="append", required=True, help="folder of a model")
    parser.add_argument(
        "--together", action="store_true", help="search all validation dialogues at once, not one at a time"
    )
    parser.add_argument("--threads", type=int, help="cores to use (torch decides)")
    return parser


if __name__ == "__main__":
    main()
