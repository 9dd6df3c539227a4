"""Faults as people write them: with fewer arguments, as classes, as coroutines, and with `sleep`, which never waits."""

from __future__ import annotations

import asyncio
import builtins
import inspect
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import ModuleType
from typing import Any, cast

from harness.model import UnreadableError

_ARGUMENTS = 3


def shaped(effect: Callable[..., Any]) -> Callable[..., Any]:
    """Return an effect as `(call, forward, rng) -> answer`, whatever of this it takes, coroutine or not."""
    effect = _function_of(effect)
    takes = _taken(effect)

    def called(*arguments: object) -> Any:
        found = effect(*arguments[:takes])
        return _driven(found) if inspect.iscoroutine(found) else found

    return called


def _function_of(effect: Any) -> Callable[..., Any]:
    """Return what is called of a function, a class or an object: itself, its `play`, or the one method it has.

    Raises:
        UnreadableError: It has none, or several.
    """
    one = effect() if inspect.isclass(effect) else effect
    if callable(one):
        return cast("Callable[..., Any]", one)
    methods = {name: getattr(one, name) for name in dir(one) if not name.startswith("_")}
    methods = {name: found for name, found in methods.items() if callable(found)}
    if "play" not in methods and len(methods) != 1:
        raise UnreadableError(
            f"{type(one).__name__} cannot be called, and has no method play",
            remedy="Give the class a method play(self, call, forward, rng).",
        )
    return cast("Callable[..., Any]", methods.get("play") or next(iter(methods.values())))


def _taken(effect: Callable[..., Any]) -> int:
    try:
        parameters = inspect.signature(effect, follow_wrapped=False).parameters.values()
    except (TypeError, ValueError):
        return _ARGUMENTS
    if any(one.kind is one.VAR_POSITIONAL for one in parameters):
        return _ARGUMENTS
    return sum(one.kind in {one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD} for one in parameters)


def _driven(found: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine to its end at once: all that it may wait for is a sleep, and that does not wait here."""
    try:
        while True:
            found.send(None)
    except StopIteration as end:
        return end.value


_WAIT: ContextVar[Callable[[float], None] | None] = ContextVar("WAIT", default=None)


@contextmanager
def waiting(wait: Callable[[float], None]) -> Iterator[None]:
    """Let a fault's `sleep` call `wait` meanwhile: time here is virtual, and the matrix is in a hurry."""
    token = _WAIT.set(wait)
    try:
        yield
    finally:
        _WAIT.reset(token)


def _sleep(seconds: float = 0) -> None:
    if (wait := _WAIT.get()) is not None:
        wait(float(seconds))


async def _asleep(seconds: float = 0, result: object = None) -> object:
    _sleep(seconds)
    return result


def _like(module: ModuleType, sleep: Callable[..., Any]) -> ModuleType:
    made = ModuleType(module.__name__, module.__doc__)
    made.__dict__.update(module.__dict__)
    made.__dict__["sleep"] = sleep
    return made


_INSTEAD = {"time": _like(time, _sleep), "asyncio": _like(asyncio, _asleep)}


def _import(name: str, *more: Any, **named: Any) -> Any:
    return _INSTEAD[name] if name in _INSTEAD else builtins.__import__(name, *more, **named)


BUILTINS: dict[str, Any] = {**vars(builtins), "__import__": _import}
"""What a fault file is run with: the same as any file, but its `time` and `asyncio` sleep in virtual time."""
