"""Measures what the rules make of the statements of one half.

::

    python -m benchmarks.quality.formation [--half first|second] [--wrong] [--json]

Rules are tuned on the first half. The second half is for measuring only: do not list what is wrong there.
"""

from __future__ import annotations

import argparse
import json

from benchmarks.quality.formation.score import load, run, score, wrong


def main() -> None:
    """Prints what the command line asks for."""
    parser = argparse.ArgumentParser(description="Measures formation by rules.")
    parser.add_argument("--half", choices=("first", "second"), default="first")
    parser.add_argument("--wrong", action="store_true", help="list what is wrong (first half only)")
    parser.add_argument("--json", action="store_true", help="for machines")
    arguments = parser.parse_args()
    if arguments.wrong and arguments.half != "first":
        parser.error("the second half is for measuring only")
    outcomes = run(load(arguments.half))
    if arguments.wrong:
        for line, missing, extra in wrong(outcomes):
            lacks = [(each["verb"], each["attribute"], each["value"]) for each in missing]
            print(line["text"], "| missing", lacks, "| extra", [each[:4] for each in extra])
        return
    found = score(outcomes)
    if arguments.json:
        print(json.dumps(found._asdict(), indent=2))
        return
    print(f"{arguments.half} half, {found.messages} messages")
    for verb, share in found.f1.items():
        print(f"  F1 {verb:8}{share:8.3f}")
    for name, value in found._asdict().items():
        if isinstance(value, float):
            print(f"  {name:20}{value:8.3f}")


if __name__ == "__main__":
    main()
