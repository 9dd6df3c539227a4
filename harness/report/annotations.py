"""GitHub workflow annotations: at most ten of a kind, loudest first, the rest counted (GitHub drops them silently)."""

from collections.abc import Iterable

from harness.model import Level
from harness.report.printable import printable
from harness.report.remarks import Remark

MOST = 10
_WORDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "notice"}


def annotations(remarks: Iterable[Remark]) -> str:
    """Return workflow commands, one a line; a count where more than ten of a kind exist."""
    lines: list[str] = []
    every = list(remarks)
    for level, word in _WORDS.items():
        chosen = [remark for remark in every if remark.level is level]
        shown = chosen if len(chosen) <= MOST else chosen[: MOST - 1]
        lines += [_command(word, remark) for remark in shown]
        if len(chosen) > MOST:
            rest = len(chosen) - len(shown)
            lines.append(f"::{word} title=contract-harness::{rest} more of this kind: see the step summary")
    return "".join(f"{line}\n" for line in lines)


def _command(word: str, remark: Remark) -> str:
    place = remark.location
    properties = [("file", place.file or ""), ("line", str(place.line or "")), ("title", remark.rule)]
    told = ",".join(f"{name}={_property(value)}" for name, value in properties if value)
    return f"::{word} {told}::{_data(remark.title)}"


def _data(text: str) -> str:
    return printable(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
