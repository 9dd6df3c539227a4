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

    def has(self, object_name: str, field: str) -> bool:
        """Whether a row is written for exactly this object and field."""
        return f"{object_name}.{field}" in self._names

    def of(self, object_name: str, field: str) -> str:
        """Return the category; `state` where no row matches, so that a failure always has a first to act."""
        return self.row_of(object_name, field) or "state"

    def row_of(self, object_name: str, field: str) -> str:
        """Return the category that a row gives, "" where no row matches."""
        rows = (f"{object_name}.{field}", f"{object_name}.*", f"*.{field}")
        return next((self._names[row] for row in rows if row in self._names), "")

    def missing(self, object_name: str) -> str:
        """Return what it is called that nothing is there: `missing`, unless a row says otherwise of this object."""
        return self.of(object_name, "missing") if self.has(object_name, "missing") else "missing"
