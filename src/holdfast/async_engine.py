"""The same operations awaited: each runs in a thread, and there is no other logic here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Self, TypeVar

from holdfast.engine import Holdfast

if TYPE_CHECKING:
    from types import TracebackType

P = ParamSpec("P")
R = TypeVar("R")


def _awaited(
    operation: Callable[Concatenate[Holdfast, P], R],
) -> Callable[Concatenate[AsyncHoldfast, P], Coroutine[Any, Any, R]]:
    @wraps(operation)
    async def method(self: AsyncHoldfast, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return await asyncio.to_thread(operation, self.engine, *args, **kwargs)

    return method


class AsyncHoldfast:
    """``Holdfast`` for programs that await: the event loop goes on while the disk or the encoder works.

    Example:
        >>> async def main() -> str:
        ...     async with AsyncHoldfast(Holdfast(":memory:")) as memory:
        ...         await memory.add("I moved to Berlin in March", user_id="ana")
        ...         return (await memory.search("where does Ana live?", user_id="ana"))[0].memory.text
        >>> asyncio.run(main())
        'I moved to Berlin in March'
    """

    def __init__(self, engine: Holdfast | None = None) -> None:
        """Await the operations of this engine, or of one with all defaults."""
        self.engine = engine or Holdfast()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    add = _awaited(Holdfast.add)
    search = _awaited(Holdfast.search)
    why_not = _awaited(Holdfast.why_not)
    context = _awaited(Holdfast.context)
    get = _awaited(Holdfast.get)
    list = _awaited(Holdfast.list)
    history = _awaited(Holdfast.history)
    diff = _awaited(Holdfast.diff)
    update = _awaited(Holdfast.update)
    delete = _awaited(Holdfast.delete)
    restore = _awaited(Holdfast.restore)
    promote = _awaited(Holdfast.promote)
    undo = _awaited(Holdfast.undo)
    feedback = _awaited(Holdfast.feedback)
    relate = _awaited(Holdfast.relate)
    related = _awaited(Holdfast.related)
    stats = _awaited(Holdfast.stats)
    export = _awaited(Holdfast.export)
    load = _awaited(Holdfast.load)
    backup = _awaited(Holdfast.backup)
    reindex = _awaited(Holdfast.reindex)
    rebuild = _awaited(Holdfast.rebuild)
    discard_rebuilds = _awaited(Holdfast.discard_rebuilds)
    check = _awaited(Holdfast.check)
    subscribe = _awaited(Holdfast.subscribe)
    unsubscribe = _awaited(Holdfast.unsubscribe)
    subscribers = _awaited(Holdfast.subscribers)
    jobs = _awaited(Holdfast.jobs)
    job_counts = _awaited(Holdfast.job_counts)
    retry = _awaited(Holdfast.retry)
    close = _awaited(Holdfast.close)
