"""``update``, ``delete``, ``restore``, ``feedback`` and ``relate``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from holdfast.cli.documents import object_document
from holdfast.cli.drawing import draw_done, feedback_of
from holdfast.cli.meaning import ids_within, metadata_of, read_expiry, read_text, who_calls
from holdfast.cli.opening import open_store
from holdfast.cli.options import Labels, Where, Within
from holdfast.cli.output import Output
from holdfast.cli.reading import MemoryId

if TYPE_CHECKING:
    from holdfast.domain.memory import Memory

ExpectedVersion = Annotated[
    int | None,
    typer.Option(
        "--expected-version",
        metavar="N",
        help="Only if it still has this version; else the exit code is 5.",
        show_default=False,
    ),
]
Reason = Annotated[
    str | None,
    typer.Option("--reason", metavar="TEXT", help="Why; kept in the history.", show_default=False),
]


def update(
    memory_id: MemoryId,
    labels: Labels,
    within: Within,
    where: Where,
    text: Annotated[
        str | None,
        typer.Option("--text", metavar="TEXT", help="The new text; '-' reads stdin.", show_default=False),
    ] = None,
    unset: Annotated[
        list[str] | None,
        typer.Option(
            "--unset",
            metavar="KEY",
            help="Take a key out of its metadata; may be given several times.",
            show_default=False,
        ),
    ] = None,
    importance: Annotated[
        float | None,
        typer.Option("--importance", metavar="0…1", help="How much it matters.", show_default=False),
    ] = None,
    expires: Annotated[
        str | None,
        typer.Option(
            "--expires",
            metavar="TIME",
            help="When it is no longer returned: ISO 8601, 7d, 12h, or never.",
            show_default=False,
        ),
    ] = None,
    expected_version: ExpectedVersion = None,
    reason: Reason = None,
) -> None:
    """Change a memory: what is given is replaced, the rest stays.

    The content until now is kept in its history, and 'holdfast restore' brings it back. Metadata is
    changed key by key.

    Example: holdfast update 01977e5c-6f2e-7b5a-9d0c-3f1e2a4b5c6d --text "I moved to Bonn" --tag home
    """
    output = Output(json=where.as_json)
    changed, gone = metadata_of(labels), set(unset or ())
    ids = ids_within(within)
    with open_store(where) as memory:
        metadata = None
        if changed or gone:
            present = memory.get(memory_id, **ids)
            kept = {key: value for key, value in present.metadata.items() if key not in gone}
            metadata = kept | changed
            # The metadata written is that of the version read, or nothing is written.
            expected_version = expected_version or present.version
        after = memory.update(
            memory_id,
            text=None if text is None else read_text([text], what="the text"),
            metadata=metadata,
            importance=importance,
            expires_at=read_expiry(expires),
            expected_version=expected_version,
            reason=reason,
            **ids,
        )
    _answer(output, "updated", after)


def delete(
    memory_id: MemoryId,
    within: Within,
    where: Where,
    expected_version: ExpectedVersion = None,
    reason: Reason = None,
) -> None:
    """Delete a memory, so that nothing returns it any more; 'holdfast restore' undoes that.

    Example: holdfast delete 01977e5c-6f2e-7b5a-9d0c-3f1e2a4b5c6d --reason "was a joke"
    """
    output = Output(json=where.as_json)
    with open_store(where, any_embedder=True) as memory:
        after = memory.delete(
            memory_id, expected_version=expected_version, reason=reason, **ids_within(within)
        )
    _answer(output, "deleted", after)


def restore(
    memory_id: MemoryId,
    within: Within,
    where: Where,
    version: Annotated[
        int | None,
        typer.Option(
            "--version",
            metavar="N",
            help="Bring back the content of this version, as 'holdfast history' numbers them.",
            show_default=False,
        ),
    ] = None,
    reason: Reason = None,
) -> None:
    """Bring back a deleted memory, or an earlier content of one; the history stays.

    Example: holdfast restore 01977e5c-6f2e-7b5a-9d0c-3f1e2a4b5c6d --version 1
    """
    output = Output(json=where.as_json)
    with open_store(where) as memory:
        after = memory.restore(memory_id, version=version, reason=reason, **ids_within(within))
    _answer(output, "restored", after)


def promote(
    memory_id: MemoryId,
    within: Within,
    where: Where,
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind",
            metavar="KIND",
            help="What it is from now on; procedural makes it a standing instruction.",
            show_default=False,
        ),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            metavar="NAME",
            help="Who vouches for it. Default: HOLDFAST_USER, else your login.",
            show_default=False,
        ),
    ] = None,
    expected_version: ExpectedVersion = None,
    reason: Reason = None,
) -> None:
    """Trust what an assistant, a tool, a document or an import said as if a user had said it.

    'holdfast restore --version' with the version before takes it back.

    Example: holdfast promote 01977e5c-6f2e-7b5a-9d0c-3f1e2a4b5c6d --by ana --reason "I read it"
    """
    output = Output(json=where.as_json)
    with open_store(where, any_embedder=True) as memory:
        after = memory.promote(
            memory_id,
            kind=kind,
            by=by or who_calls(),
            expected_version=expected_version,
            reason=reason,
            **ids_within(within),
        )
    _answer(output, "promoted", after)


def feedback(
    memory_id: MemoryId,
    within: Within,
    where: Where,
    useful: Annotated[bool, typer.Option("--useful/--not-useful", help="Whether it helped.")],
) -> None:
    """Say whether a memory was of use: later searches rank it a little higher or lower.

    Feedback decides between memories that fit a query about as well; one that fits clearly better stays in
    front.

    Example: holdfast feedback 01977e5c-6f2e-7b5a-9d0c-3f1e2a4b5c6d --useful
    """
    output = Output(json=where.as_json)
    with open_store(where, any_embedder=True) as memory:
        after = memory.feedback(memory_id, useful=useful, **ids_within(within))
    counts = feedback_of(after) or ""
    output.answer(
        lambda: object_document(after),
        rows=lambda: [("noted", after.id, str(after.useful_count), str(after.useless_count), after.text)],
        drawn=lambda: draw_done("noted", after.text, f"{after.id} · {counts}"),
    )


def relate(
    from_id: MemoryId,
    kind: Annotated[
        str, typer.Argument(metavar="TYPE", help="Such as supersedes or contradicts.", show_default=False)
    ],
    to_id: MemoryId,
    within: Within,
    where: Where,
    strength: Annotated[
        float, typer.Option("--strength", metavar="0…1", help="How strong the link is.")
    ] = 1.0,
) -> None:
    """Link one memory to another. The same link again takes the new strength.

    Example: holdfast relate 01977e5c-6f2e-7b5a-9d0c-3f1e2a4b5c6d
    contradicts 01977e5c-0001-7b5a-9d0c-00aa11bb22cc
    """
    output = Output(json=where.as_json)
    with open_store(where, any_embedder=True) as memory:
        relation = memory.relate(from_id, kind, to_id, strength=strength, **ids_within(within))
    output.answer(
        lambda: object_document(relation),
        rows=lambda: [("related", relation.from_id, relation.type, relation.to_id)],
        drawn=lambda: draw_done("related", f"{relation.from_id} {relation.type} {relation.to_id}"),
    )


def _answer(output: Output, done: str, memory: Memory) -> None:
    output.answer(
        lambda: object_document(memory),
        rows=lambda: [(done, memory.id, str(memory.version), memory.text)],
        drawn=lambda: draw_done(done, memory.text, f"{memory.id} · version {memory.version}"),
    )
