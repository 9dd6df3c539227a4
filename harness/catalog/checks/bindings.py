"""Checks of canonical bindings: they lead somewhere, are total, fit by type, and lose nothing in silence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from harness.catalog.bindings import TRANSFORMATIONS, Binding, FieldBinding
from harness.catalog.business import BusinessObject
from harness.catalog.checks.context import Context
from harness.catalog.checks.ownership import short
from harness.catalog.entities import text
from harness.catalog.mappings import Mapping
from harness.catalog.payloads import Payload, PayloadField
from harness.catalog.transforming import transformed, values_of
from harness.model import JSON, Finding, HarnessError, Level, json_equal

_SHOWN = 24  # of a witness in a title; the whole of it is in the detail
_NO_SOURCE = frozenset({"constant"})


@dataclass(frozen=True, slots=True)
class _Pair:
    """A binding with both payloads read."""

    binding: Binding
    thing: BusinessObject
    source: Payload
    target: Payload


def bindings(context: Context) -> Iterator[Finding]:
    """Everything wrong with bindings; files are looked at only where the check has a library."""
    if context.library is None:
        return
    objects = {thing.ref: thing for thing in context.catalog.business_objects()}
    tables = {table.ref: table for table in context.catalog.mappings()}
    bound: dict[str, list[_Pair]] = {}
    for one in context.catalog.bindings():
        thing = objects.get(one.object)
        if thing is None:
            continue  # a dangling reference, told by its own rule
        try:
            source = Payload(context.library, context.library.node(one.file, one.pointer), closed=True)
            target = Payload(context.library, context.library.node(thing.canonical), closed=False)
        except HarnessError as problem:
            yield _finding(
                context, one, "binding-dangling", f"its payload cannot be read: {problem.message}", "payload"
            )
            continue
        pair = _Pair(one, thing, source, target)
        bound.setdefault(thing.ref, []).append(pair)
        for rule in one.fields:
            yield from _field(context, pair, rule, tables)
        yield from _lost(context, pair)
    for pairs in bound.values():
        yield from _unbound(context, pairs)


def _field(context: Context, pair: _Pair, rule: FieldBinding, tables: dict[str, Mapping]) -> Iterator[Finding]:
    """Judge one bound field: a binding that leads nowhere is judged no further."""
    wrong = list(_dangling(pair, rule, tables))
    if wrong:
        for what in wrong:
            yield _finding(context, pair.binding, "binding-dangling", what, *rule.tokens)
        return
    sources = [pair.source.fields[name] for name in rule.sources]
    target, table = pair.target.fields[rule.to], tables.get(rule.mapping)
    optional = [source.path for source in sources if not source.required]
    if target.required and optional and not rule.has_otherwise:
        what = f"{rule.to} must be there, and {short(pair.binding.system)} may leave out {optional[0]}"
        yield _finding(context, pair.binding, "binding-incomplete", what, *rule.tokens)
    missing = _unmapped(rule, sources, table)
    if missing:
        what = f"{rule.by} of {rule.sources[0]} knows no {', '.join(missing[:4])}"
        yield _finding(context, pair.binding, "binding-enum-partial", what, *rule.tokens)
    yield from _fit(context, pair, rule, transformed(rule, [source.schema for source in sources], table))


def _dangling(pair: _Pair, rule: FieldBinding, tables: dict[str, Mapping]) -> Iterator[str]:
    if rule.by not in TRANSFORMATIONS:
        yield f'"{rule.by}" is no transformation'
    if not rule.sources and rule.by not in _NO_SOURCE:
        yield f"{rule.to} comes from nowhere"
    if rule.to not in pair.target.fields:
        yield f"the canonical {pair.thing.name} has no {rule.to}"
    for name in rule.sources:
        if name not in pair.source.fields:
            yield f"the payload has no {name}"
    if rule.by == "lookup":
        table = tables.get(rule.mapping)
        if table is None:
            yield f"{rule.to} is looked up in a mapping that does not exist"
        elif not any(rule.column in row.values for row in table.rows):
            yield f'mapping {table.name} has no column "{rule.column}"'


def _unmapped(rule: FieldBinding, sources: list[PayloadField], table: Mapping | None) -> list[str]:
    """Return the values of a listed source that an enum map or lookup does not know."""
    listed = values_of(sources[0].schema) if sources else None
    if listed is None:
        return []
    if rule.by == "enum-map":
        return [value for value in listed if value not in rule.cases]
    if rule.by == "lookup" and table is not None:
        column = rule.key or (table.key[0] if table.key else "")
        known = {text(row.values.get(column)) for row in table.rows}
        return [value for value in listed if value not in known]
    return []


def _fit(context: Context, pair: _Pair, rule: FieldBinding, made: JSON) -> Iterator[Finding]:
    """Ask the schema core whether every value that can come out is a canonical one."""
    wanted = pair.target.fields[rule.to].schema
    if json_equal(made, wanted):
        return
    from harness.schema import includes, satisfiable  # noqa: PLC0415  (start-up)

    answer = includes(made, wanted)
    name = rule.sources[0] if rule.sources else "the constant"
    if answer.verdict == "excluded":
        if rule.guard and satisfiable({"allOf": [made, wanted]}).verdict != "empty":
            return  # some values fit, and the binding says where the others are stopped
        shown = json.dumps(answer.witness, ensure_ascii=False, default=str)
        short_form = shown if len(shown) <= _SHOWN else shown[: _SHOWN - 1] + "…"
        what = f"{name} can hold {short_form}, which {rule.to} refuses"
        detail = f"{shown[:400]} can come out ({rule.by}), and the canonical field refuses it: {answer.error}"
        yield _finding(context, pair.binding, "binding-type-unfit", what, *rule.tokens, detail=detail)
    elif answer.verdict == "unknown":
        what = f"whether {name} fits {rule.to} is not known: {answer.reason}"
        yield _finding(context, pair.binding, "binding-type-unproven", what, *rule.tokens, level=Level.WARNING)


def _lost(context: Context, pair: _Pair) -> Iterator[Finding]:
    """Name source fields that are bound nowhere and not dropped with a reason."""
    used = {name for rule in pair.binding.fields for name in rule.sources}
    whole = {name for rule in pair.binding.fields for name in rule.sources if rule.by in {"identity", "rename"}}
    for drop in pair.binding.dropped:
        if drop.path not in pair.source.fields:
            what = f"the payload has no {drop.path}"
            yield _finding(context, pair.binding, "binding-dangling", what, "dropped", drop.index)
        elif not drop.reason:
            what = f"{drop.path} is dropped without a reason"
            yield _finding(context, pair.binding, "binding-field-lost", what, "dropped", drop.index)
    gone = {drop.path for drop in pair.binding.dropped}
    for found in pair.source.fields.values():
        parents = {found.path.rsplit(".", depth)[0] for depth in range(1, found.path.count(".") + 1)}
        covered = found.path in used or parents & (whole | gone) or found.path in gone
        split_up = any(name.startswith(f"{found.path}.") for name in used | gone)
        local = found.local or any(pair.source.fields[name].local for name in parents)
        if not (covered or split_up or local):
            what = f"{short(pair.binding.system)} sends {found.path}, and nobody takes it"
            yield _finding(context, pair.binding, "binding-field-lost", what, "payload")


def _unbound(context: Context, pairs: list[_Pair]) -> Iterator[Finding]:
    """Name required canonical fields that no system of record, and no declared mirror of it, binds."""
    thing, target = pairs[0].thing, pairs[0].target
    for field in target.top():
        owners = {row.owner for row in thing.fields_at(field.path)} or {thing.default_owner}
        allowed = owners | {mirror.component for mirror in thing.mirrors if field.path in mirror.fields}
        if field.required and not any(
            pair.binding.system in allowed
            and any(rule.to == field.path or rule.to.startswith(f"{field.path}.") for rule in pair.binding.fields)
            for pair in pairs
        ):
            named = " or ".join(sorted(short(owner) for owner in owners if owner)) or "nobody"
            what = f"{thing.name}.{field.path} must be there and is bound from no payload of {named}"
            nearest = next((pair for pair in pairs if pair.binding.system in owners), pairs[0])
            yield _finding(context, nearest.binding, "binding-incomplete", what)


_REMEDIES = {
    "binding-dangling": "Name fields as the contract and the canonical payload name them.",
    "binding-incomplete": "Bind it from its system of record, or say with `otherwise` what is filled in.",
    "binding-type-unfit": "Name the transformation that makes it fit, widen the canonical field, or say in `guard` "
    "where values that do not fit are stopped.",
    "binding-type-unproven": "Simplify one of the two schemas, so that it can be decided.",
    "binding-field-lost": "Bind it, or list it under `dropped` with the reason.",
    "binding-enum-partial": "Add the missing values to the map.",
}


def _finding(
    context: Context,
    one: Binding,
    rule: str,
    what: str,
    *tokens: str | int,
    detail: str = "",
    level: Level = Level.ERROR,
) -> Finding:
    return Finding(
        rule=rule,
        title=f"{one.title}: {what}",
        level=level,
        location=context.at(one.ref, *tokens),
        detail=detail,
        remedy=_REMEDIES[rule],
        values=(one.ref, what),
    )
