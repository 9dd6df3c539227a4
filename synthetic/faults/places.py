"""Where a fault may act: ports and operations as people write them, and the names of failures as people write them."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Iterable
from fnmatch import fnmatchcase

from harness.model import UsageError
from synthetic.deeds.ports import DEEDS, LOOKS

_PORTS = {
    "ledger": "erp",
    "accounting": "erp",
    "stripe": "billing",
    "psp": "billing",
    "payments": "billing",
    "entitlement": "entitlements",
    "forecast": "analytics",
    "middleware": "sync",
    "events": "bus",
    "webhooks": "bus",
}
_TAX = ("tax", "vat", "tax-code", "tax-amount", "tax-reason", "stale-tax-code")
_ALIASES: dict[str, str] = {
    **dict.fromkeys(_TAX, "tax"),
    **dict.fromkeys(("lost", "absent", "dropped", "drop", "gone", "not-posted", "none"), "missing"),
    **dict.fromkeys(("delay", "delayed", "slow", "deadline"), "late"),
    **dict.fromkeys(("double", "twice", "duplicated", "dup", "double-posting"), "duplicate"),
    **dict.fromkeys(("legal-entity", "company"), "entity"),
    **dict.fromkeys(("accounts", "gl-account", "revenue-class"), "account"),
    **dict.fromkeys(("posting-period", "tax-period", "cut-off", "cutoff", "posting-date", "document-date"), "period"),
    **dict.fromkeys(("net", "total", "price", "quantity", "amounts"), "amount"),
    **dict.fromkeys(("prorated", "pro-rata"), "proration"),
    **dict.fromkeys(("currency", "fx", "rate", "exchange-rate"), "currency-fx"),
    **dict.fromkeys(("schedule", "deferred", "recognition", "deferred-revenue"), "deferral"),
    **dict.fromkeys(("applied", "misapplied", "cash-application", "receivable"), "application"),
    **dict.fromkeys(("unapplied-cash",), "unapplied"),
    **dict.fromkeys(("status", "stale", "stale-state"), "state"),
    **dict.fromkeys(("out-of-order", "ordering", "version", "reorder", "reordered"), "order"),
    **dict.fromkeys(("undone", "reversal", "reverse", "voided"), "reversed"),
    **dict.fromkeys(("entitlements", "access"), "entitlement"),
    **dict.fromkeys(("dunning", "collection"), "collections"),
    **dict.fromkeys(("ledgers-differ", "parallel"), "divergence"),
    **dict.fromkeys(("unbalanced", "balance"), "imbalance"),
    **dict.fromkeys(("approval", "segregation"), "control"),
    **dict.fromkeys(("down", "outage", "unavailable", "inconclusive", "timeout", "auth"), "unreachable"),
    **dict.fromkeys(("customer", "party", "legal-number"), "identity"),
    **dict.fromkeys(("unmapped",), "mapping"),
    **dict.fromkeys(("metering",), "usage"),
}
_AROUND = ("wrong-", "bad-", "-wrong", "-error", "-mismatch", "-differs", "-changed", "-off")


def places_of(port: str | Iterable[str], operation: str | Iterable[str]) -> frozenset[tuple[str, str]]:
    """Return the (port, operation) pairs that are meant; `*` as port is every port that has the operation.

    Raises:
        UsageError: There is no such port or operation; the message lists those there are.
    """
    written = [operation] if isinstance(operation, str) else list(operation)
    ports = [port] if isinstance(port, str) else list(port)
    if ports == ["*"]:
        return _everywhere(written)
    return frozenset(place for name in ports for one in written for place in _places(name, one))


def _everywhere(written: Iterable[str]) -> frozenset[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for one in written:
        for port in DEEDS:
            with contextlib.suppress(UsageError):
                found.update(_places(port, one))
    if not found:
        raise UsageError(
            f"no port has an operation {', '.join(written)}",
            remedy="docs/probes.md lists the operations of every port.",
        )
    return frozenset(found)


def _places(port: str, operation: str) -> list[tuple[str, str]]:
    if "." in operation:
        port, operation = operation.split(".", 1)
    name = _port(port)
    if operation in {"*", ""}:
        return [(name, "*")]
    known = (*DEEDS[name], *LOOKS[name])
    found = [one for one in known if one == operation or fnmatchcase(one, operation)]
    found = found or [one for one in known if one == f"{operation}_of"]
    if not found:
        near = difflib.get_close_matches(operation, known, 1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise UsageError(
            f"port {name} has no operation {operation}: {hint}it has {', '.join(sorted(known))}",
            remedy="docs/probes.md lists the operations of every port.",
        )
    return [(name, one) for one in found]


def _port(port: str) -> str:
    name = _PORTS.get(port.lower(), port.lower())
    if name not in DEEDS:
        raise UsageError(
            f"no port {port or '(none named)'}: there are {', '.join(sorted(DEEDS))}",
            remedy='Write @fault("id", port="erp", operation="posting_of", names={"entity"}).',
        )
    return name


def right_names(names: Iterable[str], known: frozenset[str]) -> tuple[frozenset[str], str]:
    """Return the categories that names mean, and what is wrong with those that mean none, "" if nothing is.

    `entity`, `entity-wrong`, `wrong_entity` and `wrong entity` are one; everyday words for a category are understood.
    """
    found: set[str] = set()
    strange: list[str] = []
    for name in names:
        meant = _right_name(str(name), known)
        found |= {meant} if meant else set()
        strange += [] if meant else [str(name)]
    said = f"no failure category {', '.join(sorted(strange))}: there are {', '.join(sorted(known))}"
    return frozenset(found), said if strange else ""


def _right_name(name: str, known: frozenset[str]) -> str:
    plain = "-".join(name.strip().lower().replace("_", " ").replace("-", " ").split())
    for form in (plain, _bare(plain)):
        if form in known:
            return form
        if _ALIASES.get(form) in known:
            return _ALIASES[form]
    inside = [one for one in known if f"-{one}-" in f"-{plain}-"]
    inside += [meant for word, meant in _ALIASES.items() if f"-{word}-" in f"-{plain}-" and meant in known]
    if inside:
        return max(inside, key=len)
    return ""


def _bare(name: str) -> str:
    for part in _AROUND:
        name = name.removeprefix(part) if part.endswith("-") else name.removesuffix(part)
    return name
