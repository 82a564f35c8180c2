"""The entry: every command by name, and the one place that turns errors into exit codes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import cache
from typing import Annotated, Any, NoReturn

import typer
from typer.main import get_command

import holdfast
from holdfast.cli import (
    care,
    chatting,
    demo,
    evaluating,
    importing,
    reading,
    rebuilding,
    revising,
    travelling,
    working,
    writing,
)
from holdfast.cli.documents import error_document
from holdfast.cli.exits import Exit, Interrupted, OutputClosed, exit_of
from holdfast.cli.groups import grouped
from holdfast.cli.output import Output, prepare_streams
from holdfast.errors import HoldfastError

_REMEMBER, _REVISE, _CARE = "Remember and recall", "Look closer and change", "Files and care"

_COMMANDS: tuple[tuple[str, str, Callable[..., None]], ...] = (
    ("add", _REMEMBER, writing.add),
    ("search", _REMEMBER, reading.search),
    ("why-not", _REMEMBER, reading.why_not),
    ("context", _REMEMBER, reading.context),
    ("list", _REMEMBER, reading.list_memories),
    ("chat", _REMEMBER, chatting.chat),
    ("demo", _REMEMBER, demo.demo),
    ("get", _REVISE, reading.get),
    ("history", _REVISE, reading.history),
    ("update", _REVISE, revising.update),
    ("delete", _REVISE, revising.delete),
    ("restore", _REVISE, revising.restore),
    ("promote", _REVISE, revising.promote),
    ("diff", _REVISE, travelling.diff),
    ("undo", _REVISE, travelling.undo),
    ("feedback", _REVISE, revising.feedback),
    ("relate", _REVISE, revising.relate),
    ("related", _REVISE, reading.related),
    ("import", _CARE, importing.import_conversations),
    ("export", _CARE, care.export),
    ("load", _CARE, care.load),
    ("backup", _CARE, care.backup),
    ("reindex", _CARE, care.reindex),
    ("rebuild", _CARE, rebuilding.rebuild),
    ("eval", _CARE, evaluating.evaluate),
    ("worker", _CARE, working.worker),
    ("jobs", _CARE, working.jobs),
    ("retry", _CARE, working.retry),
    ("stats", _CARE, care.stats),
    ("doctor", _CARE, care.doctor),
)

app = typer.Typer(
    name="holdfast",
    help="Persistent memory for AI agents: one file, offline, with real semantic recall.\n\n"
    "Start with 'holdfast demo', or at once: holdfast add I moved to Berlin in March",
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)
for _name, _panel, _command in _COMMANDS:
    app.command(_name, rich_help_panel=_panel)(grouped(_command))

_UsageError: type[Exception] = typer.BadParameter.__bases__[0]
"""The root of what the parser raises. Typer carries a copy of click and exports only this leaf of it."""


@cache
def _parser() -> Any:  # noqa: ANN401 (Typer's own copy of click has no name here)
    return get_command(app)


def _show_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"holdfast {holdfast.__version__}\n")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _begin(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001 (its callback answers)
        bool,
        typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        sys.stdout.write(context.get_help())


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave the interpreter with the exit code of ``exits.py``."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """Run one command; its exit code. Errors of Holdfast are told in one line, never as a traceback."""
    as_json = "--json" in arguments
    prepare_streams(json=as_json)
    output = Output(json=as_json)
    try:
        code = _parser().main(list(arguments), prog_name="holdfast", standalone_mode=False)
    except HoldfastError as error:
        output.error(error.message, error_document(error))
        return exit_of(error)
    except _UsageError as error:
        return _explain_usage(error, output)
    except OutputClosed:
        return Exit.OUTPUT_CLOSED
    except Interrupted as stop:
        return _say_interrupted(str(stop), output)
    except KeyboardInterrupt:
        return _say_interrupted("interrupted", output)
    if code == Exit.INTERRUPTED:  # Typer answers Ctrl+C itself, without a word
        return _say_interrupted("interrupted", output)
    return code if isinstance(code, int) else Exit.DONE


def _explain_usage(error: Exception, output: Output) -> int:
    said: str = error.format_message() if hasattr(error, "format_message") else str(error)
    context = getattr(error, "ctx", None)
    path: str = context.command_path if context is not None else "holdfast"
    message = f"{said.rstrip('.')}. See '{path} --help'"
    output.error(message, {"code": "usage", "message": message, "fields": {}})
    return Exit.USAGE


def _say_interrupted(message: str, output: Output) -> int:
    output.error(message, {"code": "interrupted", "message": message, "fields": {}})
    return Exit.INTERRUPTED
