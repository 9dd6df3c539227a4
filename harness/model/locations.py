"""Where something stands: the file, the JSON pointer and the line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a document.

    `file` is relative to the repository or to the compared folder, with `/`; None where the document
    was given inline. `pointer` is RFC 6901, "" being the whole document. `line` and `column` count from 1.
    """

    file: str | None
    pointer: str = ""
    line: int | None = None
    column: int | None = None

    def __lt__(self, other: Location) -> bool:
        """Order by file, pointer, line and column; an absent one comes first, as `None` itself has no order."""
        return self._rank() < other._rank()

    def _rank(self) -> tuple[str, str, int, int]:
        return (self.file or "", self.pointer, self.line or 0, self.column or 0)

    def __str__(self) -> str:
        """`file:line` as editors and terminals make it clickable, else the pointer."""
        if self.file is None:
            return self.pointer or "(inline document)"
        return self.file if self.line is None else f"{self.file}:{self.line}"
