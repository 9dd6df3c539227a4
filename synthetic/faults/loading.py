"""Fault files from anywhere. They are code and run as such: load only what you would run."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import CodeType, ModuleType

from harness.model import HarnessError, Location, NotFoundError, UnreadableError
from synthetic.faults.fault import COLLECTED, Fault
from synthetic.faults.waiting import BUILTINS


def load_faults(folder: Path) -> tuple[Fault, ...]:
    """Return the faults of every `*.py` of a folder (or of one file), in the order of files and definition.

    Raises:
        NotFoundError: No such folder, or no fault in it.
        UnreadableError: A file cannot be run, or two faults have one id.
    """
    if not folder.exists():
        raise NotFoundError(f"no folder {folder}", remedy="Name a folder with fault files.")
    files = [folder] if folder.is_file() else sorted(folder.rglob("*.py"))
    _code.cache_clear()  # a file may have been changed since
    found = [one for path in files for one in _faults_of(path)]
    if not found:
        raise NotFoundError(f"no fault in {folder}", remedy="Decorate a function with @fault(id, port=, operation=).")
    seen: dict[str, str] = {}
    for one in found:
        if one.id in seen:
            raise UnreadableError(
                f"two faults are called {one.id}: in {seen[one.id]} and {one.origin}", remedy="Rename one."
            )
        seen[one.id] = one.origin
    return tuple(found)


def _faults_of(path: Path) -> list[Fault]:
    made: list[Fault] = []

    def take(one: Fault) -> None:
        if _running_file() == str(path):  # what a file only imports belongs to the file it is in
            made.append(one)

    token = COLLECTED.set(take)
    sys.path.insert(0, str(path.parent))  # a fault file may import what lies beside it
    try:
        _run(path)
    finally:
        sys.path.remove(str(path.parent))
        COLLECTED.reset(token)
    return [replace(one, origin=str(path), renewed=_renewing(path, number)) for number, one in enumerate(made)]


def _running_file() -> str:
    """Return the file whose own lines are being run: that of the innermost module on the stack."""
    frame = sys._getframe(1)  # noqa: SLF001  (the documented way to the stack)
    while frame.f_back is not None and frame.f_code.co_name != "<module>":
        frame = frame.f_back
    return frame.f_code.co_filename


def _renewing(path: Path, number: int) -> Callable[[], Fault]:
    """Return how to make a fault afresh: what its file keeps in globals is then as it was when it was read."""

    def renewed() -> Fault:
        return _faults_of(path)[number]

    return renewed


@lru_cache(maxsize=256)
def _code(path: Path) -> CodeType:
    return compile(path.read_bytes(), str(path), "exec", dont_inherit=True)


def _run(path: Path) -> None:
    folder = ModuleType(f"faults_of_{abs(hash(path.parent.resolve()))}")
    folder.__path__ = [str(path.parent)]
    module = ModuleType(f"{folder.__name__}.{path.stem}")
    module.__file__, module.__package__ = str(path), folder.__name__
    module.__dict__["__builtins__"] = BUILTINS
    sys.modules.setdefault(folder.__name__, folder)
    sys.modules[module.__name__] = module  # dataclasses of a fault file look their module up
    try:
        exec(_code(path), module.__dict__)  # noqa: S102  (fault files are code, see above)
    except (Exception, SystemExit) as error:
        frames = traceback.extract_tb(error.__traceback__)[::-1]
        line = next((frame.lineno for frame in frames if frame.filename == str(path)), None)
        raise UnreadableError(
            f"cannot be run: {type(error).__name__}: {error}",
            location=Location(str(path), line=line),
            remedy=error.remedy if isinstance(error, HarnessError) else "",
        ) from error
