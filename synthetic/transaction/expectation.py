"""What a look must show, and what it is called if it does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from harness.model import JSON, json_equal
from synthetic.deeds import Answer
from synthetic.deeds.categories import Categories
from synthetic.transaction.values import Difference


class Expectation:
    """Compares answers with what is wanted and what is fixed.

    Args:
        object_name: What is looked at, first half of the category table.
        want: Fields that may still become true.
        fixed: Facts that cannot heal.
        categories: Names of failures.
        otherwise: The name in this step for what the table only calls a wrong state, for a wrong sum of a ledger,
            or for something that is there and must not be.
        explained: Category -> field -> the wrong value that names this category.
    """

    def __init__(
        self,
        object_name: str,
        want: Mapping[str, JSON],
        fixed: Mapping[str, JSON],
        categories: Categories,
        *,
        otherwise: str = "",
        explained: Mapping[str, Mapping[str, JSON]],
    ) -> None:
        """Keep them."""
        self._object = object_name
        self._want = want
        self._fixed = fixed
        self._categories = categories
        self._explained = explained
        self.otherwise = otherwise

    @property
    def size(self) -> int:
        """How many facts are asserted."""
        return len(self._want) + len(self._fixed)

    @property
    def _wants_none(self) -> bool:
        return self._fixed.get("count") == 0 or self._want.get("count") == 0

    def differences(self, answer: Answer) -> tuple[Difference, ...]:
        """Return what is wrong with an answer; the fields in the order they were written, fixed ones first."""
        if answer.get("count", 1) == 0 and not self._wants_none:
            absent = self._refused(answer) or self._categories.missing(self._object)
            return (Difference(self._object, "count", self._fixed.get("count", 1), 0, absent),)
        return tuple(
            Difference(self._object, name, expected, seen, self._name(name, expected, answer), name in self._fixed)
            for name, expected in (*self._fixed.items(), *self._want.items())
            if not json_equal(seen := answer.get(name), expected)
        )

    def _refused(self, answer: Answer) -> str:
        """Return what it is called that a look was refused, "" if it was not, or for no reason of the table."""
        return self._categories.row_of("refusal", str(answer.get("refused", "")).replace("-", "_"))

    def cannot_heal(self, differences: tuple[Difference, ...]) -> bool:
        """Whether one of the differences is in a fixed fact, of something that is there."""
        return not is_absence(differences) and any(one.field in self._fixed for one in differences)

    def undone(self, differences: tuple[Difference, ...]) -> tuple[Difference, ...]:
        """Return differences that came after all was true, under the name for that."""
        return tuple(replace(one, category=self._after(one)) for one in differences)

    def _after(self, difference: Difference) -> str:
        is_undone = difference.category in {"missing", "state"}
        return "reversed" if is_undone else difference.category

    def _name(self, field: str, expected: JSON, answer: Answer) -> str:
        seen = answer.get(field)
        for category, values in self._explained.items():
            if field in values and json_equal(values[field], seen):
                return category
        if field == "count" and self._wants_none:
            return self._unexpected(answer)
        circumstance = self._circumstance(field, expected, answer)
        if circumstance:
            return self._categories.of(self._object, circumstance)
        category = self._categories.of(self._object, field)
        is_general = category == "state" or (self._object == _SUMS and field != "balance")
        return self.otherwise if self.otherwise and is_general else category

    def _unexpected(self, answer: Answer) -> str:
        """Return what it is called that something is there: what the step says, or what is there says of itself."""
        own = answer.get("category")
        if self.otherwise:
            return self.otherwise
        return own if isinstance(own, str) and own in self._categories.known else self._categories.of("", "unexpected")

    def _circumstance(self, field: str, expected: JSON, answer: Answer) -> str:
        """Return how a number or a sum is wrong where that says more than which one it is, "" otherwise."""
        seen = answer.get(field)
        if field == "count" and isinstance(expected, int) and isinstance(seen, int) and seen < expected:
            return "fewer"
        if self._object != _SUMS:
            return ""
        asserted = {**self._fixed, **self._want}
        if field in _TIED and asserted.get(_TIED[0]) == asserted.get(_TIED[1]) and len({*map(answer.get, _TIED)}) > 1:
            return "untied"
        is_doubled = isinstance(expected, int) and isinstance(seen, int) and expected and seen == 2 * expected
        return "doubled" if is_doubled else ""


_SUMS = "balances"
_TIED = ("receivable", "open_items")


def is_absence(differences: tuple[Difference, ...]) -> bool:
    """Whether nothing is there yet; it may still come, whatever its absence is called."""
    first = differences[0]
    return first.field == "count" and first.seen == 0
