"""Checks of the system of record: one writer for every field, in every state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from harness.catalog.business import BusinessField, BusinessObject
from harness.catalog.checks.context import Context
from harness.catalog.entities import mapping
from harness.model import JSON, Finding, HarnessError, Level, Location


def two_writers(context: Context) -> Iterator[Finding]:
    """Fields that two systems may write in the same state."""
    for thing in context.catalog.business_objects():
        for first, second in combinations(thing.fields, 2):
            if first.path == second.path and first.owner != second.owner and _meet(first, second):
                yield _two_writers(context, thing, first, second)


def _two_writers(context: Context, thing: BusinessObject, first: BusinessField, second: BusinessField) -> Finding:
    both = sorted(set(first.states) & set(second.states)) or sorted({*first.states, *second.states})
    when = f' while "{both[0]}"' if both else ""
    names = " and ".join(sorted(map(short, (first.owner, second.owner))))
    return Finding(
        rule="sor-two-writers",
        title=f"{thing.name}.{first.path} has two owners{when}: {names}",
        level=Level.ERROR,
        location=context.at(thing.ref, "systemOfRecord", "fields", second.index),
        detail=f"The other owner stands at {context.at(thing.ref, 'systemOfRecord', 'fields', first.index)}.",
        remedy="Name one owner, or give each its own states or condition (when).",
        values=(thing.name, first.path, first.owner, second.owner),
    )


def _meet(first: BusinessField, second: BusinessField) -> bool:
    """Whether two entries can hold at the same time; no states or no condition means always."""
    states_meet = not first.states or not second.states or bool(set(first.states) & set(second.states))
    return states_meet and _conditions_meet(first.when, second.when)


def _conditions_meet(first: str, second: str) -> bool:
    """Whether `a=x,y` and `a=z` can both be true; only conditions on one field can exclude each other."""
    if not first or not second:
        return True
    (left, _, some), (right, _, others) = first.partition("="), second.partition("=")
    return left != right or bool(set(some.split(",")) & set(others.split(",")))


def unowned(context: Context) -> Iterator[Finding]:
    """Fields of the canonical payload, and states, that no system answers for."""
    for thing in context.catalog.business_objects():
        for row in thing.fields:
            if not row.owner:
                yield _unowned(context, thing, row.path, "systemOfRecord", "fields", row.index)
        yield from _canonical_gaps(context, thing)
        yield from _state_gaps(context, thing)


def _canonical_gaps(context: Context, thing: BusinessObject) -> Iterator[Finding]:
    """Fields of the payload that are not listed; a default owner takes only what `fields` leaves out on purpose."""
    for name in _canonical_fields(context, thing):
        found = thing.fields_at(name)
        if not found and not thing.default_owner:
            yield _unowned(context, thing, name, "systemOfRecord", "fields")
        missing = [state.name for state in thing.states if not _owned_in(found, state.name)] if found else []
        known = [state for state in missing if state in _payload_states(context, thing)]
        if known:
            yield _unowned(context, thing, f"{name} while {known[0]}", "systemOfRecord", "fields", found[0].index)


def _owned_in(rows: tuple[BusinessField, ...], state: str) -> bool:
    return any(not row.states or state in row.states for row in rows)


def _unowned(context: Context, thing: BusinessObject, what: str, *tokens: str | int) -> Finding:
    return Finding(
        rule="sor-field-unowned",
        title=f"Nobody owns {thing.name}.{what}",
        level=Level.ERROR,
        location=context.at(thing.ref, *tokens),
        remedy="Name the one component that may write it, in systemOfRecord.fields.",
        values=(thing.name, what),
    )


def _state_gaps(context: Context, thing: BusinessObject) -> Iterator[Finding]:
    """States without an owner, and transitions or fields that name a state nobody lists."""
    names = {state.name for state in thing.states}
    for state in thing.states:
        place = context.at(thing.ref, "systemOfRecord", "states", state.index)
        if not state.owner:
            yield _state(thing, f"Nobody owns the state {thing.name} {state.name}", state.name, place)
        for target in state.next:
            if target not in names:
                yield _state(thing, f'{thing.name} {state.name} leads to "{target}", no listed state', target, place)
    for row in thing.fields:
        for wanted in row.states:
            if wanted not in names:
                place = context.at(thing.ref, "systemOfRecord", "fields", row.index, "states")
                yield _state(
                    thing, f'{thing.name}.{row.path} is owned while "{wanted}", no listed state', wanted, place
                )


def _state(thing: BusinessObject, title: str, state: str, place: Location) -> Finding:
    return Finding(
        rule="sor-state-unowned",
        title=title,
        level=Level.ERROR,
        location=place,
        remedy="List the state in systemOfRecord.states with the one component that may set it.",
        values=(thing.name, state),
    )


def _canonical_fields(context: Context, thing: BusinessObject) -> tuple[str, ...]:
    return tuple(mapping(_canonical(context, thing).get("properties")))


def _payload_states(context: Context, thing: BusinessObject) -> frozenset[str]:
    status = mapping(mapping(_canonical(context, thing).get("properties")).get("status"))
    values = status.get("enum")
    return frozenset(str(value) for value in values) if isinstance(values, list) else frozenset()


def _canonical(context: Context, thing: BusinessObject) -> Mapping[str, JSON]:
    """Return the canonical payload's schema; empty where it is not looked for or cannot be read."""
    if context.library is None or not thing.canonical or not context.has_file(thing.canonical):
        return {}
    try:
        return mapping(context.library.load(thing.canonical).value)
    except HarnessError:
        return {}


def short(ref: str) -> str:
    """Return the name part of a reference, as people say it."""
    return ref.rpartition("/")[2] or ref
