"""Builds the weights that ship in the wheel from all-MiniLM-L6-v2, with the same bytes every time.

::

    pip install -r tools/requirements-weights.txt -e .
    python tools/build_weights.py minilm    --source FOLDER
    python tools/build_weights.py static    --source FOLDER
    python tools/build_weights.py reference --source FOLDER

FOLDER holds ``model.safetensors`` and ``vocab.txt``. For a tuned encoder say its hash and what to
call the result: ``--expect-sha256 HASH --revision NAME``. A static table that was tuned itself
(``python -m training.static``) is taken instead of a distilled one: ``static --table FILE``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from safetensors.numpy import load_file

from holdfast.limits import EMBEDDING_TOKENS_MAX
from holdfast.ports import EmbedderIdentity
from holdfast.shipped.wordpiece import WordPieces
from weights import minilm, static
from weights.calibration import calibrate
from weights.encoder import use_one_thread
from weights.manifest import write_weights
from weights.quantise import quantise_rows
from weights.reference import build_reference, npy_bytes
from weights.source import ORIGINAL_SHA256, Source, load_source

REPOSITORY = Path(__file__).parent.parent
ADAPTERS = REPOSITORY / "src" / "holdfast" / "adapters"

MADE_MINILM = (
    "int8 ONNX graph: weights per output channel in 7 bits, embedding table per row in 8 bits, "
    "activations dynamic; channels shifted and damped before quantisation, the loudest kept in "
    "float32; mean pooling and normalisation inside"
)
MADE_STATIC = (
    "each token alone through the float32 encoder, mean pooled, centred, projected on 256 "
    "principal components, weighted by log(1 + rank), int8 per row"
)
MADE_STATIC_TUNED = "distilled from the encoder, tuned on pairs of question and answer, int8 per row"


def build_minilm(source: Source, arguments: argparse.Namespace) -> None:
    """Writes the transformer and its vocabulary."""
    ranges = calibrate(source, _pieces(arguments))
    model, data = minilm.build_minilm(source, ranges, EMBEDDING_TOKENS_MAX)
    write_weights(
        arguments.out or ADAPTERS / "minilm" / "data",
        {"minilm.onnx": model, "minilm.data": data, "vocab.txt": source.vocabulary},
        identity=EmbedderIdentity("minilm", arguments.revision, minilm.DIMENSION),
        source=source,
        made=MADE_MINILM,
    )


def build_static(source: Source, arguments: argparse.Namespace) -> None:
    """Writes the token table and its vocabulary."""
    tuned = arguments.table
    table = quantise_rows(load_file(tuned)["table"]) if tuned else static.build_static(source)
    write_weights(
        arguments.out or ADAPTERS / "static" / "data",
        {
            "rows.npy": npy_bytes(table.values),
            "scales.npy": npy_bytes(table.scales),
            "vocab.txt": source.vocabulary,
        },
        identity=EmbedderIdentity("static", arguments.revision, static.DIMENSION),
        source=source,
        made=MADE_STATIC_TUNED if tuned else MADE_STATIC,
    )


def build_test_reference(source: Source, arguments: argparse.Namespace) -> None:
    """Writes the sentences and float32 vectors that the tests compare with."""
    folder = arguments.out or REPOSITORY / "tests" / "data"
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in build_reference(source, _pieces(arguments)).items():
        (folder / name).write_bytes(content)


BUILDS = {"minilm": build_minilm, "static": build_static, "reference": build_test_reference}


def main() -> None:
    """Builds what the command line asks for."""
    arguments = _parser().parse_args()
    use_one_thread()
    BUILDS[arguments.what](load_source(arguments.source, arguments.expect_sha256), arguments)


def _pieces(arguments: argparse.Namespace) -> WordPieces:
    return WordPieces(arguments.source / "vocab.txt")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Builds the weights that ship in the wheel.")
    parser.add_argument("what", choices=sorted(BUILDS))
    parser.add_argument("--source", type=Path, required=True, help="folder of the safetensors")
    parser.add_argument("--expect-sha256", default=ORIGINAL_SHA256, help="hash of model.safetensors")
    parser.add_argument("--revision", default="original.1", help="what the vectors are known by")
    parser.add_argument("--table", type=Path, help="table.safetensors to ship as the static table")
    parser.add_argument("--out", type=Path, help="folder to write to, instead of the package's own")
    return parser


if __name__ == "__main__":
    main()
