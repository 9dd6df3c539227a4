"""Waivers: somebody took responsibility for one finding until a day. They stay visible and counted.

`catalog/waivers/*.yaml`, one or more a file (`harness/schemas/waivers.json`):

    waivers:
      - id: WVR-2026-014
        rule: field-withdrawn
        scope: {contract: billing-invoices, pointer: /components/schemas/Invoice/properties/memo}
        fingerprint: a3f8c21b9d04        # optional: exactly one change
        reason: nobody reads memo since the move to remarks
        approver: user:default/dana.ruiz
        ticket: CHG-8842
        expires: "2027-02-18"

What stands in the base is honoured. What a branch adds counts only with `<file>.sig`, a signature over what the
file says by an approver whom the base knows; otherwise it is ignored and named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from harness.documents import Document, Library
from harness.governance.digest import canonical
from harness.governance.policy import Policy
from harness.model import JSON, Change, HarnessError, Level, Location

FOLDER = "catalog/waivers/"
_HEADER = "contract-harness waivers v1\n"
_NEEDED = ("id", "rule", "reason", "approver", "ticket", "expires")
_WARNING_DAYS = 14


@dataclass(frozen=True, slots=True)
class Waiver:
    """One waiver as written; `signer` is who signed the file, "" in the base or where nobody did."""

    id: str
    rule: str
    contract: str
    pointer: str
    fingerprint: str
    reason: str
    approver: str
    ticket: str
    expires: date | None
    location: Location
    missing: tuple[str, ...] = ()

    def covers(self, contract: str, change: Change) -> bool:
        """Whether this waiver is about `change`, whatever the day."""
        if self.rule != change.rule or self.contract != contract:
            return False
        if self.fingerprint and self.fingerprint != change.fingerprint:
            return False
        pointer = change.location.pointer
        return pointer == self.pointer or pointer.startswith(self.pointer.rstrip("/") + "/")

    def refusal(self, level: Level, today: date, policy: Policy) -> str:
        """Say why the waiver does not count for a change of `level`; "" if it does."""
        if self.missing:
            return f"it does not say {', '.join(self.missing)}"
        if self.expires is None or self.expires < today:
            return f"it expired on {self.expires}" if self.expires else "its expiry is no date"
        limit = today + timedelta(days=policy.days_of(level))
        if self.expires > limit:
            return f"it runs until {self.expires}; the policy allows {policy.days_of(level)} days for {level}"
        return ""

    def ends_soon(self, today: date) -> bool:
        """Whether it runs out within 14 days."""
        return self.expires is not None and (self.expires - today).days <= _WARNING_DAYS


def signed_bytes(value: JSON, repository: str) -> bytes:
    """Return the bytes that the signature of a waiver file covers: header, repository and the whole content.

    The repository is the one the base's policy names, so that a waiver cannot be carried into another one.
    """
    return (_HEADER + canonical([repository, value])).encode("utf-8", "surrogatepass")


def read_waivers(library: Library, paths: Iterable[str]) -> tuple[tuple[Waiver, ...], tuple[HarnessError, ...]]:
    """Return the waivers of some files, and what could not be read."""
    waivers: list[Waiver] = []
    problems: list[HarnessError] = []
    for path in sorted(paths):
        try:
            waivers.extend(waivers_of(library.load(path)))
        except HarnessError as problem:
            problems.append(problem)
    return tuple(waivers), tuple(problems)


def waiver_paths(paths: Iterable[str]) -> tuple[str, ...]:
    """Return the files of `paths` that hold waivers."""
    return tuple(path for path in paths if path.startswith(FOLDER) and path.endswith((".yaml", ".yml", ".json")))


def waivers_of(document: Document) -> tuple[Waiver, ...]:
    """Return the waivers of one file; one that says too little is kept, to be named."""
    value = document.value
    rows = value.get("waivers") if isinstance(value, dict) else None
    return tuple(
        _waiver(document, index, row)
        for index, row in enumerate(rows if isinstance(rows, list) else [])
        if isinstance(row, dict)
    )


def _waiver(document: Document, index: int, row: Mapping[str, JSON]) -> Waiver:
    scope = row.get("scope")
    inside = scope if isinstance(scope, dict) else {}
    pointer = f"/waivers/{index}"
    line, column = document.position(pointer)
    missing = [key for key in _NEEDED if not isinstance(row.get(key), str) or not str(row[key]).strip()]
    # a waiver without a place would waive the rule everywhere, so the place is not optional
    missing += [f"scope.{key}" for key in ("contract", "pointer") if not isinstance(inside.get(key), str)]
    return Waiver(
        id=_text(row.get("id")) or f"{document.path}#{index}",
        rule=_text(row.get("rule")),
        contract=_text(inside.get("contract")),
        pointer=_text(inside.get("pointer")).removeprefix("#"),
        fingerprint=_text(row.get("fingerprint")),
        reason=_text(row.get("reason")),
        approver=_text(row.get("approver")),
        ticket=_text(row.get("ticket")),
        expires=_day(row.get("expires")),
        location=Location(document.path, pointer, line, column),
        missing=tuple(missing),
    )


def _text(value: JSON) -> str:
    return value if isinstance(value, str) else ""


def _day(value: JSON) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


Trusts = Callable[[Waiver], str]
"""Says why a waiver of the head has no authority; "" if it has."""
