"""Fault files from anywhere. They are code and run as such: load only what you would run."""

from __future__ import annotations

import importlib.util
import inspect
import sys
import traceback
from dataclasses import replace
from pathlib import Path

from harness.model import HarnessError, Location, NotFoundError, UnreadableError
from synthetic.faults.fault import COLLECTED, Fault


def load_faults(folder: Path) -> tuple[Fault, ...]:
    """Return the faults of every `*.py` of a folder (or of one file), in the order of files and definition.

    Raises:
        NotFoundError: No such folder, or no fault in it.
        UnreadableError: A file cannot be run, or two faults have one id.
    """
    if not folder.exists():
        raise NotFoundError(f"no folder {folder}", remedy="Name a folder with fault files.")
    files = [folder] if folder.is_file() else sorted(folder.rglob("*.py"))
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
    token = COLLECTED.set(made)
    sys.path.insert(0, str(path.parent))  # a fault file may import what lies beside it
    try:
        _run(path)
    finally:
        sys.path.remove(str(path.parent))
        COLLECTED.reset(token)
    return [replace(one, origin=str(path)) for one in made if _file_of(one) == str(path)]


def _run(path: Path) -> None:
    spec = importlib.util.spec_from_file_location(f"faults_of_{abs(hash(path.resolve()))}_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise UnreadableError("not a Python file", location=Location(str(path)))
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses of a fault file look their module up
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        frames = traceback.extract_tb(error.__traceback__)[::-1]
        line = next((frame.lineno for frame in frames if frame.filename == str(path)), None)
        raise UnreadableError(
            f"cannot be run: {type(error).__name__}: {error}",
            location=Location(str(path), line=line),
            remedy=error.remedy if isinstance(error, HarnessError) else "",
        ) from error


def _file_of(one: Fault) -> str:
    """Return the file a fault was written in: one that is only imported belongs to the file it comes from."""
    code = getattr(inspect.unwrap(one.effect), "__code__", None)
    return str(getattr(code, "co_filename", ""))
