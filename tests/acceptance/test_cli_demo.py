"""``holdfast demo``: what one process remembers, another one recalls."""

import json
import re
from pathlib import Path

import pytest

from holdfast.cli.story import QUERIES, SESSIONS
from tests.acceptance.terminal import holdfast, program

WEIGHTS = Path(__file__).resolve().parents[2] / "src/holdfast/adapters/minilm/data/minilm.onnx"


@pytest.mark.skipif(not WEIGHTS.exists(), reason="the encoder's weights are not built")
def test_every_question_finds_what_answers_it_first(tmp_path: Path) -> None:
    answer = program("demo", "--keep", "demo.db", "--json", HOLDFAST_EMBEDDER="minilm")

    assert answer.code == 0, answer.err
    document = json.loads(answer.out)
    found = {
        (asked["query"], asked["about"]): asked["hits"][0]["memory"]["sources"][0]["message_id"]
        for asked in document["questions"]
    }
    assert found == {(query.text, query.about): query.expects for query in QUERIES}
    assert document["messages"] == sum(len(session.turns) for session in SESSIONS)
    assert "prawns" in document["context"]["text"]
    assert (tmp_path / "demo.db").exists()


def test_the_demo_is_readable_without_a_terminal() -> None:
    answer = program("demo")

    assert answer.code == 0, answer.err
    assert answer.err == ""
    assert "\x1b" not in answer.out
    order = ["A process remembers", "Another process recalls", "puts into its prompt", "Where next"]
    assert re.search(".*".join(order), answer.out, re.DOTALL)


def test_the_demo_keeps_no_file_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "mine.db").write_text("mine")

    answer = holdfast("demo", "--keep", "mine.db", "--json")

    assert (answer.code, answer.error["code"]) == (3, "target_exists")
    assert (tmp_path / "mine.db").read_text() == "mine"


def test_a_second_process_that_fails_is_an_error() -> None:
    assert holdfast("demo", "--recall", "missing.db", "--json").error["code"] == "store_not_found"
