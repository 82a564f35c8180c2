"""Holds the estimate of tokens against real tokenizers, on lines of a context made of our own dialogues.

::

    npm install gpt-tokenizer                                       # any folder; Node.js runs it
    python -m benchmarks.quality.tokens --node-modules FOLDER/node_modules

Of each line counts whichever of o200k and cl100k takes more. The share of groups of ten lines that the
estimate falls short of, and by how much at most, says whether a budget of a few hundred tokens holds.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from pathlib import Path
from random import Random
from shutil import which

from holdfast.domain.budget import estimate_tokens
from training.dialogues import load_dialogues

LINES = 6_000
GROUP = 10
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

COUNT = """
const [o200k, cl100k] = ["o200k_base", "cl100k_base"].map(name => require("gpt-tokenizer/encoding/" + name));
const lines = JSON.parse(require("fs").readFileSync(0, "utf8"));
const plain = { allowedSpecial: new Set() };
console.log(JSON.stringify(lines.map(
  line => Math.max(o200k.encode(line, plain).length, cl100k.encode(line, plain).length))));
"""


def main() -> None:
    """Prints the figures as JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--node-modules", type=Path, required=True, help="where gpt-tokenizer is installed")
    lines = context_lines(Random(3))
    print(json.dumps(compare(lines, count(lines, parser.parse_args().node_modules)), indent=2))


def context_lines(random: Random) -> list[str]:
    """Turns behind a date and the speaker's name."""
    said = [turn.indexed for dialogue in load_dialogues() for turn in dialogue.said]
    chosen = random.sample(said, LINES)
    return [
        f"{random.randint(1, 28)} {random.choice(MONTHS)} {random.randint(2020, 2026)} {turn}"
        for turn in chosen
    ]


def count(lines: list[str], node_modules: Path) -> list[int]:
    """The tokens of each line by the tokenizer that takes more."""
    ran = subprocess.run(
        [which("node") or "node", "-e", COUNT],
        input=json.dumps(lines),
        env={"NODE_PATH": str(node_modules.resolve())},
        capture_output=True,
        text=True,
        check=True,
    )
    counted: list[int] = json.loads(ran.stdout)
    return counted


def compare(lines: list[str], counted: list[int]) -> dict[str, float]:
    """Estimated by counted: over all lines, and over groups of ten."""
    estimated = [estimate_tokens(line) for line in lines]
    groups = [sum(mine) / sum(real) for mine, real in zip(batches(estimated), batches(counted), strict=True)]
    return {
        "lines": len(lines),
        "estimated by counted": round(sum(estimated) / sum(counted), 3),
        "least of ten lines": round(min(groups), 3),
        "share of ten lines below 1": round(sum(ratio < 1 for ratio in groups) / len(groups), 4),
    }


def batches(values: list[int]) -> list[list[int]]:
    """Groups of ten."""
    return [values[start : start + GROUP] for start in range(0, len(values), GROUP)]


if __name__ == "__main__":
    main()
