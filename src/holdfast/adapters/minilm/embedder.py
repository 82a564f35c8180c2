"""all-MiniLM-L6-v2 in int8, one text at a time."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from holdfast.adapters.minilm.runtime import onnxruntime
from holdfast.shipped.weights import damaged, open_weights
from holdfast.shipped.wordpiece import WordPieces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.ports import EmbedderIdentity, Vector, Vectors

SHIPPED = Path(__file__).parent / "data"
MODEL_FILE = "minilm.onnx"
VOCABULARY_FILE = "vocab.txt"

_LOG_ERRORS_ONLY = 3
_errors = onnxruntime.capi.onnxruntime_pybind11_state
_UNREADABLE_MODEL = (
    _errors.Fail,
    _errors.InvalidArgument,
    _errors.InvalidGraph,
    _errors.InvalidProtobuf,
    _errors.NoSuchFile,
    _errors.NotImplemented,
    _errors.RuntimeException,
)


class MiniLmEmbedder:
    """Turns texts into unit vectors of 384 dimensions with a transformer of 22 million parameters.

    One embedder may be used from many threads. A text always gives the same bits on one machine,
    alone or among others: each goes through the session by itself, because int8 activations share
    one scale per call and a neighbour in a batch would change it.

    ::

        embedder = MiniLmEmbedder()
        closeness = embedder.embed_documents(["I moved to Berlin"]) @ embedder.embed_query("Where?")

    Raises:
        BackendRejected: a weights file is missing or has not its size. What else is wrong with the model
            shows with the first text.
    """

    def __init__(self, folder: Path = SHIPPED) -> None:
        self._weights = open_weights(folder)
        self._session = _Opening(self._weights.path(MODEL_FILE))  # others open the store meanwhile
        self._pieces = WordPieces(self._weights.path(VOCABULARY_FILE))

    @property
    def identity(self) -> EmbedderIdentity:
        """The id, revision and dimension that every vector of this embedder carries."""
        return self._weights.identity

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """The vectors of texts to be found: float32, shape (len(texts), 384), rows of length 1."""
        vectors = np.empty((len(texts), self.identity.dimension), np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self.embed_query(text)
        return vectors

    def embed_query(self, text: str) -> Vector:
        """The vector of a text to find by: float32, shape (384,), length 1."""
        ids = np.array([self._pieces.framed_ids(text)], np.int64)
        (vectors,) = self._session.result().run(None, {"input_ids": ids})
        vector: Vector = vectors[0]
        return vector

    def verify(self) -> None:
        """Compares the hash of every weights file with what was shipped; opening checks only sizes.

        Raises:
            BackendRejected: a file is missing or is not what was shipped.
        """
        self._weights.verify()


class _Opening(threading.Thread):
    """Opens a session on a thread of its own."""

    def __init__(self, model: Path) -> None:
        super().__init__(name="holdfast-opens-a-model", daemon=True)
        self._model = model
        self._outcome: onnxruntime.InferenceSession | Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            self._outcome = open_session(self._model)
        except Exception as error:  # noqa: BLE001 (raised again where the result is asked for)
            self._outcome = error

    def result(self) -> onnxruntime.InferenceSession:
        """The session, once it is open.

        Raises:
            BackendRejected: when onnxruntime cannot read the model.
        """
        self.join()
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome


def open_session(model: Path) -> onnxruntime.InferenceSession:
    """A session that runs this model on one thread and keeps no memory between runs.

    Raises:
        BackendRejected: when onnxruntime cannot read the model.
    """
    try:
        return onnxruntime.InferenceSession(
            str(model), _session_options(), providers=["CPUExecutionProvider"]
        )
    except _UNREADABLE_MODEL as error:
        raise damaged(model, "onnxruntime cannot open it") from error


def _session_options() -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _LOG_ERRORS_ONLY
    # The file is already optimised: looking again costs time at every start and finds nothing.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    # A short text takes 2 ms on one thread; more threads cost more in waking than they save.
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # The arena keeps the memory of the longest text it has seen, for ever.
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    return options
