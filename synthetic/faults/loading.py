"""Fault files from anywhere. They are code and run as such: load only what you would run."""

from __future__ import annotations

import importlib.util
import traceback
from dataclasses import replace
from pathlib import Path

from harness.model import Location, NotFoundError, UnreadableError
from synthetic.faults.fault import Fault


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
    spec = importlib.util.spec_from_file_location(f"faults_of_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise UnreadableError("not a Python file", location=Location(str(path)))
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        line = next(
            (frame.lineno for frame in traceback.extract_tb(error.__traceback__)[::-1] if frame.filename == str(path)),
            None,
        )
        raise UnreadableError(
            f"cannot be run: {type(error).__name__}: {error}", location=Location(str(path), line=line)
        ) from error
    return [replace(value, origin=str(path)) for value in vars(module).values() if isinstance(value, Fault)]
