"""Business changes: which row of a mapping, period of a calendar or step of a workflow a branch changes.

A row decides which account, tax code or period is booked, so its change is told like a change of a contract: old and
new value, from which day on, whether that day lies in books that are closed, and what money it reaches.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from harness.catalog import Catalog, Entity
from harness.catalog.entities import mapping, sequence, text, texts
from harness.catalog.workflows import to_date
from harness.governance.business_reach import reach_of
from harness.governance.digest import canonical
from harness.governance.values import BusinessChange, ChangedCell
from harness.model import JSON, Verdict, json_equal

_LISTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "mapping": ("rows", ()),
    "close-calendar": ("periods", ("period",)),
    "critical-workflow": ("steps", ("id",)),
    "legal-entity": ("", ()),
    "reconciliation-checkpoint": ("", ()),
    "canonical-binding": ("fields", ("to",)),
}
"""Where the rows of each type stand, and the columns that tell one from another ("" : the entry is one row)."""

_EVIDENCE = frozenset({"recovery", "lastExercised"})
"""Members that record what was done or promised elsewhere; they book nothing."""


def business_changes(old: Catalog, new: Catalog, today: date) -> tuple[BusinessChange, ...]:
    """Return every row that differs between two catalogs, sorted by entry and place.

    Args:
        old: Catalog of the merge-base.
        new: Catalog of the head.
        today: Day by which a period of a close calendar is closed for good; the calendars are the old catalog's,
            because a branch must not reopen a period for itself.
    """
    found: list[BusinessChange] = []
    for kind in _LISTS:
        before = {entity.ref: entity for entity in old.of_kind("resource", kind)}
        after = {entity.ref: entity for entity in new.of_kind("resource", kind)}
        for ref in sorted(before.keys() | after.keys()):
            one, other = before.get(ref), after.get(ref)
            if one is None or other is None or not json_equal(dict(one.governance), dict(other.governance)):
                found.extend(_of_entry(kind, one, other))
    closed = _Closed(old, today)
    return tuple(_judged(change, closed, old, new) for change in found)


def _of_entry(kind: str, one: Entity | None, other: Entity | None) -> Iterator[BusinessChange]:
    """Yield the changed rows of one entry, and the change of the entry itself where it is more than its rows."""
    entity = other or one
    if entity is None:
        return
    member, columns = _LISTS[kind]
    columns = columns or texts(entity.governance.get("key"))
    for old_row, new_row in _matched(_rows(one, member), _rows(other, member), columns) if member else ():
        cells = _cells(old_row.values if old_row else {}, new_row.values if new_row else {})
        if cells:
            yield _row_change(kind, (one, other), member, (old_row, new_row), cells)
    rest = _cells(_without(one, member), _without(other, member)) if one and other else ()
    if rest or (not member and (one is None or other is None)) or one is None or other is None:
        yield _entry_change(kind, one, other, rest)


@dataclass(frozen=True, slots=True)
class _Row:
    values: Mapping[str, JSON]
    index: int

    def key(self, columns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(text(self.values.get(column)) for column in columns)


def _rows(entity: Entity | None, member: str) -> list[_Row]:
    listed = sequence(entity.governance.get(member)) if entity else []
    return [_Row(mapping(row), index) for index, row in enumerate(listed)]


def _without(entity: Entity, member: str) -> dict[str, JSON]:
    return {key: value for key, value in entity.governance.items() if key != member and key not in _EVIDENCE}


def _matched(old: list[_Row], new: list[_Row], columns: tuple[str, ...]) -> Iterator[tuple[_Row | None, _Row | None]]:
    """Pair rows of one key: equal ones first, then those that begin on one day, then in order."""
    for key in dict.fromkeys(row.key(columns) for row in (*old, *new)):
        before = [row for row in old if row.key(columns) == key]
        after = [row for row in new if row.key(columns) == key]
        for same in (_is_equal, _begins_alike, _anyhow):
            for row in tuple(before):
                partner = next((other for other in after if same(row, other)), None)
                if partner is not None:
                    before.remove(row)
                    after.remove(partner)
                    yield row, partner
        yield from ((row, None) for row in before)
        yield from ((None, row) for row in after)


def _is_equal(one: _Row, other: _Row) -> bool:
    return json_equal(dict(one.values), dict(other.values))


def _begins_alike(one: _Row, other: _Row) -> bool:
    return one.values.get("valid_from") == other.values.get("valid_from")


def _anyhow(_one: _Row, _other: _Row) -> bool:
    return True


def _cells(old: Mapping[str, JSON], new: Mapping[str, JSON]) -> tuple[ChangedCell, ...]:
    names = [*old, *(name for name in new if name not in old)]
    return tuple(cell for name in names for cell in _differing(name, old.get(name), new.get(name)))


def _differing(name: str, old: JSON, new: JSON) -> Iterator[ChangedCell]:
    """Yield what differs in a value: of parts that have a name, such as the items of a bundle, only the differing ones.

    In another order they are another value, since an amount is divided in the order of the parts.
    """
    if json_equal(old, new):
        return
    before, after = _parts_of(old), _parts_of(new)
    same_order = [part for part in before if part in after] == [part for part in after if part in before]
    if not (before and after and same_order):
        yield ChangedCell(name, _shown(old), _shown(new))
        return
    for part in [*before, *(part for part in after if part not in before)]:
        yield from _differing(f"{name} {part}", before.get(part), after.get(part))


def _parts_of(value: JSON) -> dict[str, JSON]:
    """Return the members of an object, or the items of a list of objects by their first text; {} for all else."""
    if isinstance(value, dict):
        return dict(value)
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        return {}
    named: dict[str, JSON] = {}
    for item in value:
        rest = dict(item) if isinstance(item, dict) else {}
        first = next(iter(rest), "")
        name = rest.pop(first, None)
        if not isinstance(name, str) or name in named:
            return {}
        named[name] = rest
    return named


def _shown(value: JSON) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else canonical(value)


def _row_change(
    kind: str,
    entries: tuple[Entity | None, Entity | None],
    member: str,
    rows: tuple[_Row | None, _Row | None],
    cells: tuple[ChangedCell, ...],
) -> BusinessChange:
    one, other = entries
    old_row, new_row = rows
    row = new_row or old_row or _Row({}, 0)
    entity = (other if new_row else one) or other or one
    assert entity is not None  # noqa: S101  (a row stands in an entry)
    columns = _LISTS[kind][1] or texts(entity.governance.get("key"))
    first, last = _days(old_row, new_row, cells) if kind == "mapping" else _period(row)
    return BusinessChange(
        kind=kind,
        entry=entity.ref,
        title=entity.title,
        key=" / ".join(part for part in row.key(columns) if part) or f"row {row.index + 1}",
        status="changed" if old_row and new_row else "added" if new_row else "removed",
        cells=cells if old_row and new_row else (),
        effective=first.isoformat() if first else "",
        until=last.isoformat() if last else "",
        legal_entities=_entities(entity, row),
        location=entity.at("spec", "x-governance", member, row.index),
        owner=(text(row.values.get("owner")) and entity.refer(row.values.get("owner"), "group")) or entity.owner,
        unreasoned=kind == "mapping" and _is_unreasoned(entity, old_row, new_row, one),
        fresh=one is None,
    )


def _entry_change(
    kind: str, one: Entity | None, other: Entity | None, cells: tuple[ChangedCell, ...]
) -> BusinessChange:
    entity = other or one
    assert entity is not None  # noqa: S101  (one of both is there)
    return BusinessChange(
        kind=kind,
        entry=entity.ref,
        title=entity.title,
        key="",
        status="changed" if one and other else "added" if other else "removed",
        cells=cells,
        legal_entities=_entities(entity, _Row({}, 0)),
        location=entity.location,
        owner=entity.owner,
        fresh=one is None,
    )


def _days(old: _Row | None, new: _Row | None, cells: tuple[ChangedCell, ...]) -> tuple[date | None, date | None]:
    """Return the first day on which the answer differs, and the first day on which it no longer does.

    A row that only ends earlier or later differs from the nearer of the two ends on, not from its beginning.
    """
    starts = [to_date(row.values.get("valid_from")) for row in (old, new) if row]
    ends = [to_date(row.values.get("valid_to")) for row in (old, new) if row]
    moved = {cell.column for cell in cells}
    if old and new and moved <= {"valid_to", "owner"} and "valid_to" in moved:
        return min((day for day in ends if day), default=None), None if None in ends else max(filter(None, ends))
    if old and new and moved == {"valid_from"} and None not in starts:
        return min(filter(None, starts)), max(filter(None, starts))
    return min((day for day in starts if day), default=None), None if None in ends else max(filter(None, ends))


def _period(row: _Row) -> tuple[date | None, date | None]:
    return to_date(row.values.get("start")), to_date(row.values.get("end"))


def _entities(entity: Entity, row: _Row) -> tuple[str, ...]:
    """Return the legal entities a row or entry names itself, such as `DE-01`."""
    body = entity.governance
    column = text(body.get("legalEntityColumn"))
    named = text(row.values.get(column)) if column else ""
    whole = text(body.get("legalEntity")) or (text(body.get("id")) if entity.type == "legal-entity" else "")
    found = [named] if named else [whole] if whole else texts(body.get("legalEntities"))
    return tuple(dict.fromkeys(one.removesuffix("-L") for one in found))


def _is_unreasoned(entity: Entity, old: _Row | None, new: _Row | None, before: Entity | None) -> bool:
    """Whether a rate changes and nothing in the row says why.

    A row that is new beside others of its key changes the rate of that key as well.
    """
    columns = texts(entity.governance.get("rateColumns")) or ("rate",)
    reason = text(entity.governance.get("reasonColumn")) or "change_reason"
    if new is None or before is None:
        return False
    keys = texts(entity.governance.get("key"))
    earlier = [old] if old else [row for row in _rows(before, "rows") if row.key(keys) == new.key(keys)]
    rates = [new.values.get(column) for column in columns]
    known = [[row.values.get(column) for column in columns] for row in earlier]
    changes = bool(known) and any(rate != rates for rate in known) and any(rate is not None for rate in rates)
    said = text(new.values.get(reason)).strip()
    stale = bool(old) and said == text(old.values.get(reason)).strip() if old else False
    return changes and (not said or stale)


class _Closed:
    """Which days lie in books that are closed for good, by legal entity."""

    def __init__(self, catalog: Catalog, today: date) -> None:
        """Read the calendars once."""
        self._ends: dict[str, list[tuple[date, str]]] = {}
        for calendar in catalog.close_calendars():
            first = min((period.start for period in calendar.periods if period.start), default=None)
            if first and first <= today:  # what lies before the calendar was closed before it began
                self._ends.setdefault(calendar.legal_entity, []).append(
                    (first, f"{calendar.legal_entity} before {first}")
                )
            for period in calendar.periods:
                if period.end and period.hard_close and period.hard_close <= today:
                    ends = self._ends.setdefault(calendar.legal_entity, [])
                    ends.append((period.end, f"{calendar.legal_entity} {period.period}"))

    def last_touched(self, first: date | None, until: date | None, entities: Iterable[str]) -> str:
        """Return the last closed period that a change from `first` (None: ever) until `until` reaches, or ""."""
        wanted = [entity for entity in entities if entity in self._ends] or sorted(self._ends)
        touched = [
            (end, name)
            for entity in wanted
            for end, name in self._ends[entity]
            if (first is None or first < end) and (until is None or first is None or first < until)
        ]
        return max(touched)[1] if touched else ""


def _judged(change: BusinessChange, closed: _Closed, old: Catalog, new: Catalog) -> BusinessChange:
    """Add what the change reaches, and whether it changes what is already booked."""
    reach = reach_of(change, old, new)
    period = ""
    if change.kind in {"mapping", "close-calendar"} and change.key and not change.fresh:
        until = to_date(change.until)
        period = closed.last_touched(to_date(change.effective), until, change.legal_entities)
    return replace(
        change,
        closed_period=period,
        verdict=Verdict.BREAKING if period else Verdict.COMPATIBLE,
        objects=reach.objects,
        workflows=reach.workflows,
        legal_entities=change.legal_entities or reach.legal_entities,
        probes=reach.probes,
        checkpoints=reach.checkpoints,
    )
