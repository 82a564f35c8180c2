"""Nothing here reaches for the network: not on import, not in any operation."""

import shutil
import subprocess
import sys

import pytest

from tests.reliability.programs import ROOT

PROGRAM = """
import socket, sys, tempfile
from pathlib import Path
opened = []
def tell(event, arguments):
    if event.startswith("socket."):
        opened.append(event)
sys.addaudithook(tell)
from holdfast import Holdfast
from holdfast.testing import HashingEmbedder
folder = Path(tempfile.mkdtemp())
with Holdfast(folder / "agent.db", embedder=HashingEmbedder()) as memory:
    first = memory.add("See http://localhost/a and https://example.org", user_id="ana").memories[0].id
    second = memory.add({"content": "file:///etc/passwd", "name": "Ana"}, user_id="ana").memories[0].id
    memory.search("example", user_id="ana")
    memory.context("example", user_id="ana")
    memory.list(user_id="ana")
    memory.get(first)
    memory.update(first, text="See ftp://localhost")
    memory.history(first)
    memory.delete(first)
    memory.restore(first)
    memory.relate(first, "extends", second)
    memory.related(first)
    memory.stats()
    memory.export(folder / "export.jsonl")
    memory.load(folder / "export.jsonl")
    memory.backup(folder / "copy.db")
    memory.reindex()
    assert memory.check() == ()
assert opened == [], opened
print("done")
"""


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*command, sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False, cwd=ROOT
    )


def test_no_operation_opens_a_socket() -> None:
    answer = run()
    assert (answer.stdout, answer.stderr) == ("done\n", "")


def test_everything_works_where_there_is_no_network() -> None:
    unshare = shutil.which("unshare")
    if (
        unshare is None
        or subprocess.run([unshare, "-n", "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("a process without network cannot be started here")
    answer = run(unshare, "-n")
    assert (answer.stdout, answer.stderr) == ("done\n", "")
