"""Averages the weights of encoders or of tables: of several runs, or of a tuned one and the original.

::

    python -m training.average --model TUNED --model ORIGINAL --share 0.8 --share 0.2 --out AVERAGED

Averages of checkpoints: Izmailov et al., Averaging Weights Leads to Wider Optima and Better Generalization.
Averages with the original, which keep what tuning would forget: Wortsman et al., Robust Fine-Tuning of
Zero-Shot Models.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    Tensors = Mapping[str, npt.NDArray[np.float32]]

FILES = ("model.safetensors", "table.safetensors")
VOCABULARY_FILE = "vocab.txt"


def average(models: Sequence[Tensors], shares: Sequence[float]) -> dict[str, npt.NDArray[np.float32]]:
    """The weighted mean of each tensor that all the models have; the shares are made to add up to 1.

    Raises:
        ValueError: there are no models, or not a positive share for each.
    """
    if not models or len(models) != len(shares) or min(shares) <= 0:
        raise ValueError("Give at least one model, and a positive share for each")
    names = set.intersection(*(set(model) for model in models))
    parts = [share / sum(shares) for share in shares]
    return {
        name: sum(
            (np.float32(part) * model[name] for part, model in zip(parts, models, strict=True)),
            np.zeros_like(models[0][name], np.float32),
        )
        for name in sorted(names)
        if models[0][name].dtype == np.float32
    }


def main() -> None:
    """Averages as the command line says."""
    from safetensors.numpy import load_file, save_file  # noqa: PLC0415 (of the extra for training)

    arguments = _parser().parse_args()
    file = next(name for name in FILES if (arguments.model[0] / name).exists())
    models = [load_file(folder / file) for folder in arguments.model]
    arguments.out.mkdir(parents=True, exist_ok=True)
    save_file(average(models, arguments.share or [1.0] * len(models)), arguments.out / file)
    shutil.copyfile(arguments.model[0] / VOCABULARY_FILE, arguments.out / VOCABULARY_FILE)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Averages the weights of encoders.")
    parser.add_argument("--model", type=Path, action="append", required=True, help="a folder; repeatable")
    parser.add_argument("--share", type=float, action="append", help="one for each model (equal shares)")
    parser.add_argument("--out", type=Path, required=True, help="folder for the averaged encoder")
    return parser


if __name__ == "__main__":
    main()
