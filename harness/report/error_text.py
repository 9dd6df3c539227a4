"""An error for a person: what, where, and the remedy, on one screen."""

from __future__ import annotations

from harness.model import HarnessError
from harness.report.printable import printable


def error_text(error: HarnessError, program: str = "harness") -> str:
    """Return `harness: what` or `file:line:column  what`, then `Fix: remedy`."""
    where = error.location
    if where and where.file:
        place = printable(where)
        if where.line is not None and where.column is not None:
            place += f":{where.column}"
        elif where.pointer:
            place += f"  #{printable(where.pointer)}"
        head = f"{place}  {printable(error.message, 400)}"
    else:
        head = f"{program}: {printable(error.message, 400)}"
    return head + (f"\nFix: {printable(error.remedy, 400)}" if error.remedy else "") + "\n"
