"""Checks of legal entities, currencies, environments, close calendars and of who may sign with which key."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from itertools import pairwise

from harness.catalog.checks.context import Context
from harness.catalog.currencies import CURRENCIES
from harness.catalog.entities import text
from harness.catalog.people import KEY_TYPES, Person, key_identity
from harness.catalog.places import CloseCalendar, ClosePeriod
from harness.model import Finding, Level, Location


def unknown_entities(context: Context) -> Iterator[Finding]:
    """Legal entities that a workflow, mapping or calendar names and nobody defines."""
    known = {entity.name for entity in context.catalog.legal_entities()}
    for ref, tokens, name in _entity_names(context):
        if name not in known:
            yield Finding(
                rule="catalog-legal-entity-unknown",
                title=f'"{name}" is no legal entity of the catalog',
                level=Level.ERROR,
                location=context.at(ref, *tokens),
                remedy=f"Known: {', '.join(sorted(known)) or 'none'}. Correct the name, or add the entity.",
                values=(ref, name),
            )


def _entity_names(context: Context) -> Iterator[tuple[str, tuple[str | int, ...], str]]:
    for flow in context.catalog.workflows():
        for index, name in enumerate(flow.legal_entities):
            yield flow.ref, ("legalEntities", index), name
    for table in context.catalog.mappings():
        column = table.legal_entity_column
        for row in table.rows if column else ():
            if text(row.values.get(column)):
                yield table.ref, ("rows", row.index, column), text(row.values.get(column))
    for calendar in context.catalog.close_calendars():
        yield calendar.ref, ("legalEntity",), calendar.legal_entity
    for entity in context.catalog.legal_entities():
        if entity.book_of:
            yield entity.ref, ("bookOf",), entity.book_of


def unknown_currencies(context: Context) -> Iterator[Finding]:
    """Currencies that ISO 4217 does not know."""
    for entity in context.catalog.legal_entities():
        if entity.currency not in CURRENCIES:
            yield _currency(context.at(entity.ref, "currency"), entity.ref, entity.currency)
    for table in context.catalog.mappings():
        for row in table.rows:
            for column in table.currency_columns:
                code = text(row.values.get(column))
                if code not in CURRENCIES:
                    yield _currency(context.at(table.ref, "rows", row.index, column), table.ref, code)


def _currency(place: Location, ref: str, code: str) -> Finding:
    return Finding(
        rule="catalog-currency-unknown",
        title=f'"{code}" is no currency of ISO 4217',
        level=Level.ERROR,
        location=place,
        remedy="Write the three-letter code, such as EUR.",
        values=(ref, code),
    )


def writable_production(context: Context) -> Iterator[Finding]:
    """Production environments in which a probe may write: synthetic documents would take legal numbers."""
    for where in context.catalog.environments():
        if where.kind == "production" and (where.probes != "read-only" or where.deeds not in {"", "refused"}):
            yield Finding(
                rule="environment-production-writable",
                title=f"Probes may write in {where.name}",
                level=Level.ERROR,
                location=context.at(where.ref, "probes"),
                remedy="Write probes: read-only and deeds: refused.",
                values=(where.ref,),
            )


def calendars(context: Context) -> Iterator[Finding]:
    """Close calendars with days missing, and windows that do not contain the period end."""
    for calendar in context.catalog.close_calendars():
        for period in calendar.periods:
            if not _ordered(period):
                yield _calendar(context, calendar, period, "has dates out of order or missing")
        for first, second in pairwise(calendar.periods):
            if first.end != second.start:
                yield _calendar(context, calendar, second, f"does not begin where {first.period} ends")


def _ordered(period: ClosePeriod) -> bool:
    if not (period.start and period.end and period.window_start and period.window_end):
        return False
    if not (period.soft_close and period.hard_close):
        return False
    return (
        period.start < period.window_start < period.end <= period.soft_close <= period.hard_close
        and period.end < period.window_end
    )


def _calendar(context: Context, calendar: CloseCalendar, period: ClosePeriod, what: str) -> Finding:
    return Finding(
        rule="close-calendar-unfit",
        title=f"{calendar.legal_entity}: {period.period or period.index + 1} {what}",
        level=Level.ERROR,
        location=context.at(calendar.ref, "periods", period.index),
        remedy="Write start, windowStart, end, softClose, hardClose, windowEnd as quoted dates without gaps.",
        values=(calendar.ref, period.period, what),
    )


def keys(context: Context) -> Iterator[Finding]:
    """Signing keys that two people share, that stand twice, or that are of a type no sign-off may use."""
    owners: dict[tuple[str, str], Person] = {}
    for person in context.catalog.people():
        for index, line in enumerate(person.keys):
            place = context.at(person.ref, "signingKeys", index)
            identity = key_identity(line)
            if not _is_key(identity):
                yield _key(person, "person-key-type", f"a key of type {identity[0] or 'nothing'}", place)
            elif identity in owners:
                other = owners[identity]
                what = "the same key twice" if other is person else f"the key of {other.display_name}"
                yield _key(person, "person-key-shared", what, place)
            else:
                owners[identity] = person


def _key(person: Person, rule: str, what: str, place: Location) -> Finding:
    return Finding(
        rule=rule,
        title=f"{person.display_name} has {what}",
        level=Level.ERROR,
        location=place,
        remedy=f"One key, one person. Types that may sign: {', '.join(KEY_TYPES)}.",
        values=(person.ref, what),
    )


def _is_key(identity: tuple[str, str]) -> bool:
    """Whether the type may sign and the body names the same type (RFC 4253, section 6.6)."""
    kind, body = identity
    if kind not in KEY_TYPES:
        return False
    try:
        raw = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        return False
    name = kind.encode("ascii")
    return raw[:4] == len(name).to_bytes(4, "big") and raw[4 : 4 + len(name)] == name and len(raw) > 4 + len(name)


def same_mail(context: Context) -> Iterator[Finding]:
    """Two people with one mail address: nobody can tell whose commit it is."""
    seen: dict[str, Person] = {}
    for person in context.catalog.people():
        mail = person.email.strip().lower()
        other = seen.setdefault(mail, person)
        if mail and other is not person:
            yield Finding(
                rule="person-duplicate",
                title=f"{person.display_name} and {other.display_name} have one mail address",
                level=Level.ERROR,
                location=context.entity(person.ref).at("spec", "profile", "email"),
                remedy="Keep one entry for one person.",
                values=(person.ref, other.ref),
            )
