"""Measures how many replaced statements of a file of facts the slots and decisions find.

::

    python -m benchmarks.quality.formation.supersession FILE [--wrong]

FILE is JSON: a list of ``{"id", "facts": [text, …], "newest": {index: index of the fact that replaces it}}``,
the facts in order of time.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from holdfast.domain.decision import Decision
from holdfast.domain.message import Message, Role
from holdfast.domain.statement import Slot
from holdfast.formation.decide import Standing, decide
from holdfast.formation.extract import extract


class Found(NamedTuple):
    """What was superseded by what, as indexes, and how many statements gave a fact."""

    superseded: dict[int, int]
    understood: int


def main() -> None:
    """Prints recall and precision for each list of facts."""
    parser = argparse.ArgumentParser(description="Measures how replaced statements are found.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--wrong", action="store_true", help="list what is missed and what is wrong")
    arguments = parser.parse_args()
    for item in json.loads(arguments.file.read_text(encoding="utf-8")):
        _report(item, run(item["facts"]), wrong=arguments.wrong)


def run(facts: list[str]) -> Found:
    """Extracts and decides one statement after another."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    standing: dict[Slot, list[Standing]] = defaultdict(list)
    superseded: dict[int, int] = {}
    understood = 0
    for index, text in enumerate(facts):
        at = start + timedelta(minutes=index)
        found = extract([Message(Role.USER, text)], at=at)
        understood += bool(found)
        for fact in found:
            own = standing[fact.slot]
            verdict = decide(fact, own, at=at)
            for number, each in enumerate(own):
                if each.id in verdict.targets and verdict.decision is Decision.UPDATE:
                    own[number] = each._replace(invalid_at=verdict.closes_at)
                    superseded[int(each.id)] = index
            if verdict.decision in {Decision.ADD, Decision.UPDATE}:
                own.append(Standing(str(index), fact.folded_value or "", fact.text, at))
    return Found(superseded, understood)


def _report(item: dict[str, Any], found: Found, *, wrong: bool) -> None:
    facts, newest = item["facts"], {int(old): new for old, new in item["newest"].items()}
    right = [old for old in found.superseded if old in newest]
    print(
        f"{item['id']:8} facts {len(facts):5}  understood {found.understood / len(facts):6.1%}"
        f"  replaced {len(newest):4}  recall {len(set(right)) / len(newest):6.1%}"
        f"  precision {len(right) / max(1, len(found.superseded)):6.1%}"
    )
    if wrong:
        for old in sorted(newest.keys() - found.superseded.keys()):
            print("  missed:", facts[old], "->", facts[newest[old]])
        for old in sorted(found.superseded.keys() - newest.keys()):
            print("  wrong:", facts[old], "->", facts[found.superseded[old]])


if __name__ == "__main__":
    main()
