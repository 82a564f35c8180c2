"""The contract of language models, on the scripted one and on each adapter with a server in its shapes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from holdfast.ports import LanguageModel
from holdfast.testing import ScriptedLanguageModel
from holdfast.testing.contracts import LanguageModelContract
from holdfast.testing.contracts.language_model import CALLS, Answering
from tests.contract.test_language_models import WIRES, saying, served


class TestScripted(LanguageModelContract):
    @pytest.fixture
    def answering(self) -> Answering:
        @contextmanager
        def opened(text: str) -> Iterator[LanguageModel]:
            yield ScriptedLanguageModel(*[text] * CALLS)

        return opened


@pytest.mark.loopback
class TestAdapters(LanguageModelContract):
    @pytest.fixture(params=list(WIRES))
    def answering(self, request: pytest.FixtureRequest) -> Answering:
        wire = WIRES[request.param]

        @contextmanager
        def opened(text: str) -> Iterator[LanguageModel]:
            with served(wire, saying(wire, text)) as (model, _):
                yield model

        return opened
