"""The table of attributes is whole, and the page describes it."""

import re
from pathlib import Path

import pytest

from holdfast.formation.extract.attributes import ATTRIBUTES, Attribute, told_in
from holdfast.formation.extract.wording import sentence_of

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "formation.md").read_text(encoding="utf-8")
ROWS = list({row.name: row for row in ATTRIBUTES}.values())
SINGLE = {row.name for row in ATTRIBUTES if row.is_single}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_row_is_on_the_page_under_the_right_number_of_values(row: Attribute) -> None:
    rows = [line.split("|") for line in PAGE.splitlines() if re.match(r"\| [`a]", line)]
    (values,) = {cells[2].strip() for cells in rows if f"`{row.name}`" in cells[1]}

    assert values.startswith("one" if row.is_single else "many")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_sentences_of_a_row_differ_when_it_holds_when_it_is_over_and_when_it_is_denied(
    row: Attribute,
) -> None:
    sentences = {
        sentence_of(row, "Ana", "Xylo"),
        sentence_of(row, "Ana", "Xylo", ended=True),
        sentence_of(row, "Ana", "Xylo", retracts=True),
    }

    assert all("Ana" in sentence and "Xylo" in sentence for sentence in sentences)
    assert len(sentences) == 3 or row.name in {"origin", "birthplace", "raised", "weight"}


def test_attribute_has_one_number_of_values() -> None:
    assert not SINGLE & {row.name for row in ATTRIBUTES if not row.is_single}


@pytest.mark.parametrize(
    ("clause", "name", "value"),
    [
        ("I have a severe peanut allergy", "allergy", "peanut"),
        ("I do archery in my free time", "hobby", "archery"),
        ("I am a glassblower by trade", "job", "glassblower"),
        ("I call Leeds home", "home", "Leeds"),
        ("I am in the CET time zone", "timezone", "CET"),
        ("I weigh 80 kg", "weight", "80 kg"),
    ],
)
def test_value_may_stand_inside(clause: str, name: str, value: str) -> None:
    told = told_in(clause)

    assert told is not None
    assert (told.attribute.name, told.value) == (name, value)
