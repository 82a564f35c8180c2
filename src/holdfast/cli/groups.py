"""Options that travel together are a dataclass; Typer sees them one by one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields, is_dataclass
from functools import wraps
from typing import Any, get_type_hints


def grouped(command: Callable[..., None]) -> Callable[..., None]:
    """The command with each parameter that is a dataclass replaced by the options in it.

    The fields of such a dataclass are annotated as Typer wants its options: the name of a field is that of
    the parameter, its default the default.
    """
    hints = get_type_hints(command, include_extras=True)
    groups = {name: kind for name, kind in hints.items() if is_dataclass(kind) and isinstance(kind, type)}
    parameters = [
        parameter
        for name, declared in inspect.signature(command).parameters.items()
        for parameter in (
            _options_of(groups[name])
            if name in groups
            else [_keyword(name, annotation=hints[name], default=declared.default)]
        )
    ]

    @wraps(command)
    def call(**given: Any) -> None:  # noqa: ANN401 (whatever the options hold)
        bundles = {
            name: kind(**{field.name: given.pop(field.name) for field in fields(kind)})
            for name, kind in groups.items()
        }
        command(**given, **bundles)

    call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # read by inspect
    call.__doc__ = _unwrapped(command.__doc__ or "")
    call.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return call


def _unwrapped(text: str) -> str:
    """Each paragraph on one line: the terminal wraps it, at its own width."""
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(" ".join(paragraph.split("\n")) for paragraph in paragraphs)


def _options_of(kind: type) -> Iterator[inspect.Parameter]:
    hints = get_type_hints(kind, include_extras=True)
    for field in fields(kind):
        default = inspect.Parameter.empty if field.default is MISSING else field.default
        yield _keyword(field.name, annotation=hints[field.name], default=default)


def _keyword(name: str, *, annotation: object, default: object) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
