"""What a wrong field is called: the (object, field) table of the catalog."""

from __future__ import annotations

from collections.abc import Sequence

from harness.catalog import Category


class Categories:
    """Looks up the name of a failure by object and field; the most exact row wins.

    A row is written `posting.entity`, `*.tax_code` or `schedule.*`.
    """

    def __init__(self, categories: Sequence[Category]) -> None:
        """Read the rows of every category."""
        self._known = frozenset(one.name for one in categories)
        self._names = {row: one.name for one in categories for row in one.fields}

    @property
    def known(self) -> frozenset[str]:
        """Every category by name."""
        return self._known

    def of(self, object_name: str, field: str) -> str:
        """Return the category; `state` where no row matches, so that a failure always has a first to act."""
        for row in (f"{object_name}.{field}", f"{object_name}.*", f"*.{field}"):
            if row in self._names:
                return self._names[row]
        return "state"
