"""The options that several commands share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from holdfast.domain.scope import DEFAULT_TENANT

_WHOSE = "Whose memory"
_COMMON = "Store and output"
_CHOICE = "Which memories"
_METADATA = "What to keep with it"


Model = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="NAME",
        help="The language model that derives facts, such as ollama:llama3.2; 'rules' for none. "
        "Default: HOLDFAST_MODEL, else none.",
        show_default=False,
    ),
]


@dataclass(frozen=True, slots=True)
class Place:
    """Which store."""

    db: Annotated[
        str | None,
        typer.Option(
            "--db",
            metavar="PATH",
            help="The store: a file. Default: HOLDFAST_STORE, else a file in your data folder.",
            show_default=False,
            rich_help_panel=_COMMON,
        ),
    ] = None
    embedder: Annotated[
        str | None,
        typer.Option(
            "--embedder",
            metavar="NAME",
            help="Encoder of meaning: minilm or static. Default: HOLDFAST_EMBEDDER, else minilm.",
            show_default=False,
            rich_help_panel=_COMMON,
        ),
    ] = None


@dataclass(frozen=True, slots=True)
class Where(Place):
    """Which store, and in which form the answer comes."""

    as_json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="Answer with one JSON document on stdout, errors as JSON on stderr.",
            rich_help_panel=_COMMON,
        ),
    ] = False


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose memory it is, as given on the command line."""

    user: Annotated[
        str | None,
        typer.Option(
            "--user",
            metavar="ID",
            help="The user. Default: HOLDFAST_USER, else your login name.",
            show_default=False,
            rich_help_panel=_WHOSE,
        ),
    ] = None
    no_user: Annotated[
        bool,
        typer.Option("--no-user", help="No user: an agent's or a session's own.", rich_help_panel=_WHOSE),
    ] = False
    agent: Annotated[
        str | None,
        typer.Option("--agent", metavar="ID", help="The agent.", show_default=False, rich_help_panel=_WHOSE),
    ] = None
    session: Annotated[
        str | None,
        typer.Option(
            "--session", metavar="ID", help="The conversation.", show_default=False, rich_help_panel=_WHOSE
        ),
    ] = None
    tenant: Annotated[
        str,
        typer.Option("--tenant", metavar="ID", help="The tenant, never crossed.", rich_help_panel=_WHOSE),
    ] = DEFAULT_TENANT


@dataclass(frozen=True, slots=True)
class Within:
    """Narrows a command that names a memory by its id."""

    user: Annotated[
        str | None,
        typer.Option(
            "--user",
            metavar="ID",
            help="Only if it is this user's. The id is enough.",
            show_default=False,
            rich_help_panel=_WHOSE,
        ),
    ] = None
    agent: Annotated[
        str | None,
        typer.Option(
            "--agent",
            metavar="ID",
            help="Only if it is this agent's.",
            show_default=False,
            rich_help_panel=_WHOSE,
        ),
    ] = None
    session: Annotated[
        str | None,
        typer.Option(
            "--session",
            metavar="ID",
            help="Only if it is of this conversation.",
            show_default=False,
            rich_help_panel=_WHOSE,
        ),
    ] = None
    tenant: Annotated[
        str,
        typer.Option("--tenant", metavar="ID", help="The tenant, never crossed.", rich_help_panel=_WHOSE),
    ] = DEFAULT_TENANT


@dataclass(frozen=True, slots=True)
class Choice:
    """What a read may return."""

    filter: Annotated[
        list[str] | None,
        typer.Option(
            "--filter",
            metavar="KEY[:OP]=VALUE",
            help="Such as category=work, tags:contains=db or created_at:gte=2026-01-01. "
            "May be given several times: all must hold.",
            show_default=False,
            rich_help_panel=_CHOICE,
        ),
    ] = None
    filters: Annotated[
        str | None,
        typer.Option(
            "--filters",
            metavar="JSON",
            help='A filter as JSON, with AND, OR and NOT: {"OR": \\[{"category": "work"}, …]}.',
            show_default=False,
            rich_help_panel=_CHOICE,
        ),
    ] = None
    valid_at: Annotated[
        str | None,
        typer.Option(
            "--valid-at",
            metavar="TIME",
            help="Only what was true at this time (ISO 8601).",
            show_default=False,
            rich_help_panel=_CHOICE,
        ),
    ] = None
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            metavar="TIME",
            help="As the memory was at this time: ISO 8601, or 2d and 12h for so long ago.",
            show_default=False,
            rich_help_panel=_CHOICE,
        ),
    ] = None
    include_archived: Annotated[
        bool,
        typer.Option("--include-archived", help="Archived memories too.", rich_help_panel=_CHOICE),
    ] = False


@dataclass(frozen=True, slots=True)
class Labels:
    """Metadata as given on the command line."""

    category: Annotated[
        str | None,
        typer.Option(
            "--category",
            metavar="NAME",
            help="One category.",
            show_default=False,
            rich_help_panel=_METADATA,
        ),
    ] = None
    tag: Annotated[
        list[str] | None,
        typer.Option(
            "--tag",
            metavar="NAME",
            help="A tag; may be given several times.",
            show_default=False,
            rich_help_panel=_METADATA,
        ),
    ] = None
    meta: Annotated[
        list[str] | None,
        typer.Option(
            "--meta",
            metavar="KEY=VALUE",
            help="A key of your own; may be given several times. 42, true and null are read as JSON, "
            "anything else is text.",
            show_default=False,
            rich_help_panel=_METADATA,
        ),
    ] = None
