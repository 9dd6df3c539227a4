"""The glossary as a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.report.printable import printable
from harness.report.words import columns, short_ref

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.catalog.glossary import Term


def glossary_text(terms: Sequence[Term]) -> str:
    """Return each word with its definition, what each system calls it, and where it is written."""
    lines: list[str] = []
    for term in terms:
        lines += [f"{printable(term.name)}   {printable(term.definition, 200) or 'nobody defined it'}"]
        rows = [
            (f"  {printable(one.system)}", printable(one.identifier) or "-", _counter(one.counter_example))
            for one in term.usages
        ]
        lines += [*(columns(rows) if rows else []), f"  {short_ref(term.owner)}, {printable(term.place)}", ""]
    return "\n".join(lines)


def _counter(text: str) -> str:
    return f"not: {printable(text, 120)}" if text else ""
