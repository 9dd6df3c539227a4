"""Writing to the terminal and to files: colour by glyph, encodings that cannot draw a glyph, files in place."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from harness.model import HarnessError, UsageError
from harness.report.error_text import error_text

_COLOURS = {"✓": "green", "✗": "red", "!": "yellow", "?": "yellow"}
_PLAIN = str.maketrans({"✓": "+", "✗": "x", "…": "...", "·": "-"})


def write(text: str, *, err: bool = False) -> None:
    """Write `text`: coloured glyphs on a terminal, plain elsewhere, never failing on a narrow encoding."""
    stream = sys.stderr if err else sys.stdout
    encoding = getattr(stream, "encoding", None) or "utf-8"
    if not _encodable("✓✗…", encoding):
        text = text.translate(_PLAIN).encode(encoding, "backslashreplace").decode(encoding)
    elif not _encodable(text, encoding):
        text = text.encode(encoding, "backslashreplace").decode(encoding)
    if os.environ.get("GITHUB_ACTIONS") == "true" or os.environ.get("CI"):
        text = _without_workflow_commands(text)
    click.echo(_paint(text) if _colour_wanted(stream) else text, nl=False, err=err)


def write_error(error: HarnessError) -> None:
    """Write an error to standard error."""
    write(error_text(error), err=True)


def write_file(path: Path, text: str) -> None:
    """Write a report file whole, making its folder; a place that cannot be written is the user's to mend."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(
            f"cannot write {path}: {error.strerror}", remedy="Name a file in a folder that can be written."
        ) from error


def _encodable(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _colour_wanted(stream: object) -> bool:
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return bool(getattr(stream, "isatty", lambda: False)())


def _paint(text: str) -> str:
    return "".join(_paint_line(line) for line in text.splitlines(keepends=True))


def _paint_line(line: str) -> str:
    indent = len(line) - len(line.lstrip(" "))
    glyph = line[indent : indent + 1]
    if glyph not in _COLOURS or line[indent + 1 : indent + 2] != " ":
        return line
    return line[:indent] + click.style(glyph, fg=_COLOURS[glyph], bold=True) + line[indent + 1 :]


def _without_workflow_commands(text: str) -> str:
    """Put a bar before lines that a CI runner would obey (threat model 4.11)."""
    lines = text.splitlines(keepends=True)
    return "".join(f"│ {line}" if line.lstrip().startswith(("::", "##[")) else line for line in lines)
