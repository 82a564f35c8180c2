"""What the tests of this folder share: a store at a path, and what a half write would leave in its file."""

from pathlib import Path

import apsw

from holdfast import Holdfast
from holdfast.testing import HashingEmbedder

HALF_WRITES = {
    "a memory without words": "SELECT count(*) FROM memories WHERE key NOT IN (SELECT memory_key FROM turns)",
    "words without a memory": "SELECT count(*) FROM turns WHERE memory_key NOT IN (SELECT key FROM memories)",
    "a memory without a source": (
        "SELECT count(*) FROM memories WHERE key NOT IN (SELECT memory_key FROM memory_sources)"
    ),
    "a memory without its event": (
        "SELECT count(*) FROM memories WHERE id NOT IN "
        "(SELECT memory_id FROM outbox WHERE type = 'memory.created')"
    ),
    "an episode without messages": (
        "SELECT count(*) FROM episodes WHERE key NOT IN (SELECT episode_key FROM messages)"
    ),
    "a message without a memory": (
        "SELECT count(*) FROM messages WHERE (episode_key, position) NOT IN "
        "(SELECT episode_key, position FROM memory_sources)"
    ),
}
NO_AUDIT_ENTRY = (
    "SELECT count(*) FROM episodes WHERE id NOT IN (SELECT target FROM audit WHERE action = 'remember')"
)


def open_store(path: Path, **options: str) -> Holdfast:
    return Holdfast(path, embedder=HashingEmbedder(), **options)  # type: ignore[arg-type]  # key=


def stored_texts(memory: Holdfast, user_id: str) -> dict[str, str]:
    """The text of every memory of a user by its id, page by page."""
    page = memory.list(user_id=user_id, limit=1000)
    texts = {item.id: item.text for item in page.memories}
    while page.after is not None:
        page = memory.list(user_id=user_id, limit=1000, after=page.after)
        texts |= {item.id: item.text for item in page.memories}
    return texts


def stored_ids(memory: Holdfast, user_id: str) -> set[str]:
    """The ids of all memories of a user."""
    return set(stored_texts(memory, user_id))


def half_writes(path: Path, *, loaded: bool = False) -> list[str]:
    """What is there only in part; a store that was loaded has one audit entry for many episodes."""
    connection = apsw.Connection(str(path))
    try:
        checks = HALF_WRITES if loaded else HALF_WRITES | {"an episode without audit": NO_AUDIT_ENTRY}
        found = [what for what, sql in checks.items() if connection.execute(sql).get]
        memories = [key for (key,) in connection.execute("SELECT key FROM memories ORDER BY key")]
        vectors = _keys_with_vectors(connection)
        if memories != vectors:
            found.append(f"{len(memories)} memories and {len(vectors)} vectors")
        return found
    finally:
        connection.close()


def _keys_with_vectors(connection: apsw.Connection) -> list[int]:
    keys = [key for (key,) in connection.execute("SELECT memory_key FROM loose_vectors")]
    for (packed,) in connection.execute("SELECT memory_keys FROM vector_blocks"):
        keys += [int.from_bytes(packed[at : at + 8], "little") for at in range(0, len(packed), 8)]
    return sorted(keys)


def assert_whole(path: Path, *, loaded: bool = False) -> None:
    """The store is sound and holds nothing by halves."""
    with open_store(path) as memory:
        assert memory.check() == ()
    assert half_writes(path, loaded=loaded) == []
