"""Fault files from anywhere. They are code and run as such: load only what you would run."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import CodeType, ModuleType

from harness.model import HarnessError, Location, NotFoundError, UnreadableError
from synthetic.faults.fault import COLLECTED, Fault
from synthetic.faults.waiting import BUILTINS


def load_faults(folder: Path, broken: list[UnreadableError] | None = None) -> tuple[Fault, ...]:
    """Return the faults of every `*.py` of a folder (or of one file), in the order of files and definition.

    Of two faults with one id the later one is called `id@file`, with a number where that is taken as well.

    Args:
        folder: Or one file.
        broken: Takes what is wrong with files that cannot be run; the others are read all the same. Without it, the
            first such file is the end.

    Raises:
        NotFoundError: No such folder, or no fault in it.
        UnreadableError: A file cannot be run.
    """
    if not folder.exists():
        raise NotFoundError(f"no folder {folder}", remedy="Name a folder with fault files.")
    files = [folder] if folder.is_file() else sorted(folder.rglob("*.py"))
    _code.cache_clear()  # a file may have been changed since
    found: list[Fault] = []
    for path in files:
        try:
            found += _faults_of(path)
        except UnreadableError as error:
            if broken is None:
                raise
            broken.append(error)
    if not found and not broken:
        raise NotFoundError(f"no fault in {folder}", remedy="Decorate a function with @fault(id, port=, operation=).")
    return tuple(_told_apart(found))


def _told_apart(found: Sequence[Fault]) -> Iterator[Fault]:
    taken: set[str] = set()
    for one in found:
        stem = f"{one.id}@{Path(one.origin).stem}"
        names = (one.id, stem, *(f"{stem}-{number}" for number in range(2, len(found) + 2)))
        name = next(name for name in names if name not in taken)
        taken.add(name)
        yield one if name == one.id else replace(one, id=name)


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
