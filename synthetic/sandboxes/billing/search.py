"""Stripe's search query language over the objects of the sandbox.

A query is clauses joined by AND or by OR, never by both: `field:"value"` (equal), `field~"part"` (contains, three
characters at least), `field>10` and the like for numbers, `metadata["key"]:"value"`, each with `-` before it for
"not"; the value `null` stands for an absent field (docs.stripe.com/search, query language). Stripe finds an object up
to a minute late; the sandbox finds it at once.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

from synthetic.sandboxes.billing.desk import Desk
from synthetic.sandboxes.billing.values import BillingError, Params, Record

FIELDS = MappingProxyType(
    {
        "charge": "amount created currency customer disputed metadata refunded status",
        "customer": "created email metadata name phone",
        "invoice": "created currency customer metadata number status subscription total",
        "payment_intent": "amount created currency customer metadata status",
        "price": "active currency lookup_key metadata product type",
        "product": "active description metadata name url",
        "subscription": "canceled_at created metadata status",
    }
)
"""Which fields of which object can be searched."""

_MOST_CLAUSES = 10
_CLAUSE = re.compile(
    r"""\s*(?P<not>-?)(?P<field>[a-z_]+)(?:\[(?P<q>["'])(?P<key>[^"'\]]{1,40})(?P=q)\])?
    \s*(?P<op>:|~|>=|<=|>|<)\s*(?:"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)'|(?P<bare>[\w.-]+))\s*""",
    re.VERBOSE,
)
_JOIN = re.compile(r"(AND|OR|and|or)\b|(?=-?[a-z_]+)")
_ORDER: dict[str, Callable[[int, int], bool]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition: `key` is the key within metadata, `value` None for an absent field."""

    field: str
    key: str
    comparison: str
    value: str | None
    negated: bool

    def holds(self, record: Record) -> bool:
        """Whether an object satisfies it."""
        found = record.get(self.field)
        if self.key:
            found = (found or {}).get(self.key)
        return self._compared(found) is not self.negated

    def _compared(self, found: object) -> bool:
        if self.value is None or found is None:
            return self.value is None and found is None
        text = str(found).lower() if isinstance(found, bool) else str(found)
        if self.comparison in _ORDER:
            return _ORDER[self.comparison](int(text), int(self.value))
        if self.comparison == "~":
            return self.value.casefold() in text.casefold()
        return text.casefold() == self.value.casefold()


def search(desk: Desk, kind: str, url: str) -> Callable[[Params], Record]:
    """Return the operation that searches objects of a kind."""

    def found(params: Params) -> Record:
        clauses, every = parse(params.required("query"), kind)
        limit = params.integer("limit", 10, least=1)
        if limit > 100:
            raise BillingError("This value must be less than or equal to 100.", param="limit")
        matching = [
            record
            for record in desk.storage.all(kind, newest_first=True)
            if not record.get("deleted") and (all if every else any)(clause.holds(record) for clause in clauses)
        ]
        start = _start(params.text("page"))
        more = start + limit < len(matching)
        return {
            "object": "search_result",
            "data": matching[start : start + limit],
            "has_more": more,
            "next_page": f"page_{start + limit}" if more else None,
            "total_count": len(matching),
            "url": url,
        }

    return found


def parse(query: str, kind: str) -> tuple[list[Clause], bool]:
    """Return the clauses of a query, and whether all of them must hold.

    Raises:
        BillingError: It is no query, mixes AND with OR, or asks for a field that cannot be searched.
    """
    clauses: list[Clause] = []
    joins: set[str] = set()
    place = 0
    while place < len(query):
        if clauses:
            join = _JOIN.match(query, place)
            if join is None:
                raise _bad(f"unexpected text at character {place + 1}")
            joins.add((join[1] or "AND").upper())
            place = join.end()
        found = _CLAUSE.match(query, place)
        if found is None:
            raise _bad(f"no clause at character {place + 1}")
        clauses.append(_clause(found, kind))
        place = found.end()
    if not clauses or len(clauses) > _MOST_CLAUSES:
        raise _bad(f"between 1 and {_MOST_CLAUSES} clauses are allowed")
    if len(joins) > 1:
        raise _bad("AND and OR cannot be combined in one query")
    return clauses, "OR" not in joins


def _clause(found: re.Match[str], kind: str) -> Clause:
    field, key, comparison = found["field"], found["key"] or "", found["op"]
    if field not in FIELDS[kind].split() or bool(key) is not (field == "metadata"):
        raise _bad(f"Field `{field}` is an unsupported search field for resource `{kind}s`")
    quoted = found["double"] if found["double"] is not None else found["single"]
    value = None if found["bare"] == "null" else found["bare"] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
    if comparison in _ORDER and not re.fullmatch(r"-?\d{1,18}", value or ""):
        raise _bad(f"`{field}` is compared with a whole number")
    if comparison in _ORDER and field not in ("amount", "canceled_at", "created", "total"):
        raise _bad(f"`{field}` is no number")
    if comparison == "~" and len(value or "") < 3:
        raise _bad("a part has at least 3 characters")
    return Clause(field, key, comparison, value, found["not"] == "-")


def _start(page: str) -> int:
    if page and not re.fullmatch(r"page_\d{1,9}", page):
        raise BillingError(f"No such page: '{page}'", param="page")
    return int(page[5:]) if page else 0


def _bad(why: str) -> BillingError:
    return BillingError(f"We were unable to parse your search query: {why}.", param="query")
