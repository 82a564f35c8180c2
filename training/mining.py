"""Wrong answers that the model itself takes for right ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.pairs import QuestionKey, TurnKey

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from training.dialogues import Dialogue
    from training.metrics import Embed


def mine(
    dialogues: Sequence[Dialogue], wanted: Collection[QuestionKey], embed: Embed
) -> dict[QuestionKey, list[TurnKey]]:
    """For each question the turns of its dialogue, the closest first.

    The question that was not wanted keeps the order of its dialogue: it is not going to be asked.
    """
    ranked: dict[QuestionKey, list[TurnKey]] = {}
    for dialogue in dialogues:
        keys = [TurnKey(dialogue.id, turn.number) for turn in dialogue.said]
        places = [QuestionKey(dialogue.id, place) for place in range(len(dialogue.questions))]
        ranked.update(dict.fromkeys(places, keys))
        asked = [place for place in places if place in wanted]
        if asked:
            turns = embed([turn.indexed for turn in dialogue.said])
            questions = embed([dialogue.questions[place.place].text for place in asked])
            orders = np.argsort(-(questions @ turns.T), axis=1, kind="stable")
            ranked.update(zip(asked, ([keys[row] for row in order] for order in orders), strict=True))
    return ranked
