"""Compares what the rules make of the statements with what they should."""

from __future__ import annotations

import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean, median
from typing import Any, NamedTuple

from holdfast.domain.decision import Decision
from holdfast.domain.fact import Fact
from holdfast.domain.message import Message, Role
from holdfast.domain.statement import Slot, fold
from holdfast.formation.decide import Standing, decide
from holdfast.formation.extract import extract

FILE = Path(__file__).parent / "data" / "statements.jsonl"
LOOSE = {"event", "plan", "instruction"}
"""Attributes whose value is a part of a sentence: some more words do no harm."""

Line = dict[str, Any]


class Found(NamedTuple):
    """What the rules made of a message: the decision, and the fact or what it took back."""

    verb: str
    subject: str
    attribute: str
    value: str
    fact: Fact


class Outcome(NamedTuple):
    """A message with what was found in it."""

    line: Line
    found: tuple[Found, ...]
    milliseconds: float


class Score(NamedTuple):
    """The figures: shares from 0 to 1, times in milliseconds."""

    messages: int
    f1: dict[str, float]
    macro_f1: float
    fact_precision: float
    fact_recall: float
    dates: float
    quiet_chat: float
    p50_milliseconds: float


def load(half: str) -> list[Line]:
    """The messages of a half, in order."""
    lines = (json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line["half"] == half]


def run(lines: Sequence[Line]) -> list[Outcome]:
    """Extracts and decides, conversation by conversation."""
    standing: dict[str, dict[Slot, list[Standing]]] = defaultdict(lambda: defaultdict(list))
    outcomes: list[Outcome] = []
    for line in lines:
        at = datetime.fromisoformat(line["at"]).astimezone(UTC)
        message = Message(Role(line["role"]), line["text"], line["name"], at=at)
        before = time.perf_counter()
        facts = extract([message], at=at)
        own = standing[line["conversation"]]
        found = tuple(each for fact in facts for each in _applied(fact, own[fact.slot], at))
        outcomes.append(Outcome(line, found, 1000 * (time.perf_counter() - before)))
    return outcomes


def _applied(fact: Fact, standing: list[Standing], at: datetime) -> Iterator[Found]:
    verdict = decide(fact, standing, at=at)
    said = (fact.subject, fact.attribute)
    for number, each in enumerate(standing):
        if each.id in verdict.targets and verdict.decision in {Decision.UPDATE, Decision.DELETE}:
            standing[number] = each._replace(invalid_at=verdict.closes_at)
            if verdict.decision is Decision.DELETE:
                yield Found("DELETE", *said, each.value, fact)
    if verdict.decision in {Decision.ADD, Decision.UPDATE}:
        closed = verdict.closes_at if verdict.decision is Decision.ADD else None
        standing.append(
            Standing(
                str(len(standing)),
                fact.folded_value or "",
                fact.text,
                fact.valid_at or at,
                closed,
                1.0,
                fact.speaker,
            )
        )
    if verdict.decision is not Decision.DELETE and not fact.retracts:
        yield Found(verdict.decision.value, *said, fact.value or "", fact)


def score(outcomes: Sequence[Outcome]) -> Score:
    """The figures of some outcomes."""
    f1 = {verb.value: _f1(outcomes, verb.value) for verb in Decision}
    facts = [(each, outcome) for outcome in outcomes for each in outcome.found if each.verb != "DELETE"]
    right = [any(is_fact(each, gold) for gold in outcome.line["gold"]) for each, outcome in facts]
    wanted = [
        any(is_fact(each, gold) for each in outcome.found)
        for outcome in outcomes
        for gold in outcome.line["gold"]
        if gold["verb"] != "DELETE" and not gold.get("optional")
    ]
    chat = [not outcome.found for outcome in outcomes if outcome.line["kind"] in {"chat", "assistant"}]
    return Score(
        len(outcomes),
        f1,
        fmean(f1.values()),
        _share(right),
        _share(wanted),
        _share([*_dates(outcomes)]),
        _share(chat),
        median(outcome.milliseconds for outcome in outcomes),
    )


def is_fact(found: Found, gold: Line) -> bool:
    """Whether what was found is the fact that should be: subject, attribute and value."""
    if found.verb == "DELETE" and gold["verb"] != "DELETE":
        return False
    same = (fold(found.subject), fold(found.attribute)) == (fold(gold["subject"]), fold(gold["attribute"]))
    return same and _same_value(found.value, gold["value"], loose=gold["attribute"] in LOOSE)


def wrong(outcomes: Sequence[Outcome]) -> Iterator[tuple[Line, list[Line], list[Found]]]:
    """The messages with what is missing and what should not be there."""
    for outcome in outcomes:
        gold = [each for each in outcome.line["gold"] if not each.get("optional")]
        missing = [each for each in gold if not any(_is_right(found, each) for found in outcome.found)]
        extra = [
            found
            for found in outcome.found
            if not any(_is_right(found, each) for each in outcome.line["gold"])
        ]
        if missing or extra:
            yield outcome.line, missing, extra


def _f1(outcomes: Sequence[Outcome], verb: str) -> float:
    counts: Counter[str] = Counter()
    for outcome in outcomes:
        gold = [each for each in outcome.line["gold"] if each["verb"] == verb]
        found = [each for each in outcome.found if each.verb == verb]
        counts["right"] += sum(any(_is_right(each, one) for one in gold) for each in found)
        counts["found"] += len(found)
        required = [one for one in gold if not one.get("optional")]
        counts["met"] += sum(any(_is_right(each, one) for each in found) for one in required)
        counts["wanted"] += len(required)
    precision = counts["right"] / counts["found"] if counts["found"] else 0.0
    recall = counts["met"] / counts["wanted"] if counts["wanted"] else 0.0
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _is_right(found: Found, gold: Line) -> bool:
    return found.verb == gold["verb"] and is_fact(found, gold)


def _dates(outcomes: Sequence[Outcome]) -> Iterator[bool]:
    """For each fact that was found where a time is said, whether its time is the right one."""
    for outcome in outcomes:
        for gold in outcome.line["gold"]:
            if "from" not in gold:
                continue
            start, end = (datetime.fromisoformat(gold[key]).replace(tzinfo=UTC) for key in ("from", "to"))
            for each in outcome.found:
                if is_fact(each, gold):
                    yield each.fact.valid_at is not None and start <= each.fact.valid_at < end


def _same_value(found: str, gold: str | None, *, loose: bool) -> bool:
    mine, theirs = (re.findall(r"[^\s]+", fold(text or "")) for text in (found, gold))
    if mine == theirs:
        return True
    extra = len(set(mine) - set(theirs))
    if loose:
        shared = len(set(mine) & set(theirs))
        return bool(theirs) and shared >= 0.6 * len(set(theirs)) and extra <= 6
    return bool(theirs) and set(theirs) <= set(mine) and extra <= 1


def _share(values: Sequence[bool]) -> float:
    return fmean(values) if values else 0.0
