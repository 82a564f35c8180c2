import json
from pathlib import Path
from typing import Any

import pytest

from training.check_data import find_faults
from training.dialogues import DATA, load_dialogues, read_dialogue, split

GOOD: dict[str, Any] = {
    "id": "friends-900",
    "kind": "friends",
    "start": "2024-03-05T18:20:00Z",
    "turns": [
        {"i": 1, "speaker": "Ana", "text": "I moved to Porto"},
        {"i": 2, "speaker": "--", "text": "(two days later)"},
        {"i": 3, "speaker": "user", "text": "Porto it is"},
    ],
    "questions": [{"q": "Where does Ana live?", "evidence": [1], "type": "where", "also": [3]}],
}


def with_question(**changes: object) -> dict[str, Any]:
    return {**GOOD, "questions": [{**GOOD["questions"][0], **changes}]}


def faults(folder: Path, *lines: dict[str, Any]) -> list[str]:
    text = "\n".join(json.dumps(line) for line in lines)
    (folder / "friends.jsonl").write_text(text, encoding="utf-8")
    return list(find_faults(folder))


def test_the_data_has_no_faults() -> None:
    assert list(find_faults(DATA)) == []


def test_a_good_dialogue_has_no_faults(tmp_path: Path) -> None:
    assert faults(tmp_path, GOOD) == []


def test_a_kind_goes_on_in_a_second_file(tmp_path: Path) -> None:
    (tmp_path / "friends-2.jsonl").write_text(json.dumps(GOOD), encoding="utf-8")
    assert list(find_faults(tmp_path)) == []


def test_a_file_of_another_kind_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "pairs-2.jsonl").write_text(json.dumps(GOOD), encoding="utf-8")
    assert list(find_faults(tmp_path)) == ["friends-900: its kind is friends"]


def test_two_dialogues_of_one_id_are_a_fault(tmp_path: Path) -> None:
    assert any("2 times" in fault for fault in faults(tmp_path, GOOD, GOOD))


@pytest.mark.parametrize(
    "changes",
    [
        {"q": " "},
        {"q": "i moved to porto"},
        {"type": "whither"},
        {"evidence": []},
        {"evidence": [2]},
        {"evidence": [4]},
        {"evidence": [1, 1]},
        {"also": [1]},
        {"extra": 1},
    ],
)
def test_a_broken_question_is_a_fault(tmp_path: Path, changes: dict[str, object]) -> None:
    assert len(faults(tmp_path, with_question(**changes))) == 1


def test_a_probe_beside_the_dialogues_is_neither_checked_nor_loaded(tmp_path: Path) -> None:
    (tmp_path / "probe_facts.jsonl").write_text('{"person": "Ana"}\n', encoding="utf-8")
    assert faults(tmp_path, GOOD) == []
    assert [dialogue.id for dialogue in load_dialogues(tmp_path)] == ["friends-900"]


def test_roles_are_not_names_and_are_not_indexed() -> None:
    dialogue = read_dialogue(GOOD)
    assert [turn.indexed for turn in dialogue.said] == ["Ana: I moved to Porto", "Porto it is"]


def test_a_window_ends_at_a_gap() -> None:
    assert read_dialogue(GOOD).before(3) == ()


def test_a_window_takes_the_two_turns_before() -> None:
    dialogue = next(each for each in load_dialogues() if not any(turn.is_gap for turn in each.turns[:5]))
    assert dialogue.before(1) == ()
    assert dialogue.before(2) == (1,)
    assert dialogue.before(5) == (4, 3)


def test_the_split_shares_no_dialogue_and_loses_none() -> None:
    dialogues = load_dialogues()
    training, validation = split(dialogues)
    assert {each.id for each in training} & {each.id for each in validation} == set()
    assert len(training) + len(validation) == len(dialogues)


def test_no_text_of_validation_is_trained_on() -> None:
    training, validation = split(load_dialogues())
    turns = {turn.text for dialogue in training for turn in dialogue.said if len(turn.text) > 40}
    assert not [turn for dialogue in validation for turn in dialogue.said if turn.text in turns]


def test_the_split_is_the_same_in_any_order_and_takes_a_tenth_of_each_kind() -> None:
    dialogues = load_dialogues()
    _, validation = split(dialogues)
    _, again = split(dialogues[::-1])
    assert {each.id for each in again} == {each.id for each in validation}
    for kind in {dialogue.kind for dialogue in dialogues}:
        whole = [dialogue for dialogue in dialogues if dialogue.kind == kind]
        chosen = [dialogue for dialogue in validation if dialogue.kind == kind]
        assert len(chosen) == round(len(whole) / 10)
