"""Programs that the tests start, and kill. Each says on its standard output how far it has come."""

import sys
from pathlib import Path

from holdfast import Holdfast
from holdfast.testing import HashingEmbedder, ScriptedLanguageModel


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def say_how_far(done: int, total: int) -> None:
    say(f"{done}/{total}")


def open_only(path: str) -> None:
    say("opening")
    Holdfast(path, embedder=HashingEmbedder()).close()
    say("open")


def add(path: str, prefix: str, count: str) -> None:
    with Holdfast(path, embedder=HashingEmbedder()) as memory:
        say("open")
        for number in range(int(count)):
            result = memory.add(f"{prefix} says sentence number {number}", user_id="ana", session_id=prefix)
            say(result.memories[0].id)
    say("done")


def add_seen(path: str, prefix: str, count: str, others: str) -> None:
    """Add, and at the end say how many memories of everybody are there."""
    with Holdfast(path, embedder=HashingEmbedder()) as memory:
        say("open")
        sys.stdin.readline()
        for number in range(int(count)):
            memory.add(f"{prefix} says sentence number {number}", user_id="ana", session_id=prefix)
            if number % 20 == 0:
                newest = memory.list(user_id="ana", session_id=others, limit=1).memories
                say(f"saw {newest[0].text.rpartition(' ')[2] if newest else 'none'}")
    say("done")


def hold_lock(path: str) -> None:
    import apsw  # noqa: PLC0415 (only this program needs it)

    connection = apsw.Connection(path)
    connection.execute("BEGIN IMMEDIATE")
    say("locked")
    sys.stdin.readline()


def reindex(path: str, revision: str) -> None:
    embedder = HashingEmbedder(revision=revision)
    with Holdfast(path, embedder=embedder, any_embedder=True) as memory:
        say("open")
        memory.reindex(progress=say_how_far)
    say("done")


def rebuild_back_and_forth(path: str) -> None:
    """Switch to a reader that finds nothing, and to rules again, until the end."""
    with Holdfast(path, embedder=HashingEmbedder()) as memory:
        say("open")
        while True:
            silent = ScriptedLanguageModel(*[{"operations": []}] * 100)
            memory.rebuild(silent, user_id="ana", switch=True, progress=say_how_far)
            memory.rebuild("rules", user_id="ana", switch=True, progress=say_how_far)


def backup(path: str, target: str) -> None:
    with Holdfast(path, embedder=HashingEmbedder()) as memory:
        say("open")
        memory.backup(target, progress=say_how_far)
    say("done")


def export(path: str, target: str) -> None:
    with Holdfast(path, embedder=HashingEmbedder()) as memory:
        say("open")
        memory.export(target, progress=say_how_far)
    say("done")


def load(path: str, source: str) -> None:
    with Holdfast(path, embedder=HashingEmbedder()) as memory:
        say("open")
        memory.load(source, progress=say_how_far)
    say("done")


def delete(path: str, memory_id: str) -> None:
    with Holdfast(path, embedder=HashingEmbedder()) as memory:
        say("open")
        memory.delete(memory_id)
    say("done")


def work(path: str, lease_seconds: str, concurrency: str) -> None:
    """Do jobs of the kind "note", and say the number of each that is done, until none is left."""
    from tests.reliability.noting import note_until_done  # noqa: PLC0415 (only this program needs it)

    say("open")
    note_until_done(path, float(lease_seconds), int(concurrency), say)
    say("done")


def read_and_halt(path: str, point: str) -> None:
    """Add a message that a model reads, and wait for the end at a point of the way."""
    from tests.reliability.reading import read_and_halt_at  # noqa: PLC0415 (only this program needs it)

    read_and_halt_at(path, point, say)


def add_and_read(path: str, first: str, count: str) -> None:
    """Add so many messages, each with a fact that a model reads, and say the number of each."""
    from tests.reliability.reading import add_facts  # noqa: PLC0415 (likewise)

    say("open")
    add_facts(path, int(first), int(count), say)
    say("done")


def read(path: str) -> None:
    """Have a model read what waits, and say the number of each message that this process has done."""
    from tests.reliability.reading import read_all  # noqa: PLC0415 (likewise)

    say("open")
    sys.stdin.readline()
    read_all(path, say)
    say("done")


def listen(path: str, name: str) -> None:
    """Say the number of every event that the subscriber of this name gets, until the standard input ends."""
    with Holdfast(path, embedder=HashingEmbedder()) as memory:
        say("open")
        memory.subscribe("*", lambda event: say(str(event.number)), name=name)
        sys.stdin.readline()


def leave_open(path: str) -> None:
    """End without closing a store that has a worker, a subscription and something to do."""
    memory = Holdfast(path, embedder=HashingEmbedder(), worker=True)
    memory.subscribe("*", lambda event: None, name="indexer")
    memory.add("Nobody closes the store", user_id="ana")
    say("open")


PROGRAMS = {
    program.__name__: program
    for program in (
        open_only,
        add,
        add_seen,
        hold_lock,
        reindex,
        rebuild_back_and_forth,
        rebuild_back_and_forth,
        backup,
        export,
        load,
        delete,
        work,
        read_and_halt,
        add_and_read,
        read,
        listen,
        leave_open,
    )
}
ROOT = Path(__file__).resolve().parents[2]

if __name__ == "__main__":
    PROGRAMS[sys.argv[1]](*sys.argv[2:])
