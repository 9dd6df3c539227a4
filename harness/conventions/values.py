"""Conventions of fields: exact money, readable moments, and who may see what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from harness.catalog.entities import mapping, text
from harness.conventions.drafts import Subject, draft
from harness.conventions.events import payloads
from harness.conventions.fields import Field, fields
from harness.conventions.names import is_currency, is_day, is_moment, is_money, is_person
from harness.conventions.operations import operations
from harness.documents import Library, Node
from harness.model import Finding

_FINANCIAL = frozenset({"financial", "finance", "sox", "sox-key"})
_PERSONAL = frozenset({"pii", "personal", "personal-data", "sensitive"})


def carried(root: Node, library: Library) -> Iterator[Field]:
    """Yield every field that a contract sends or takes on success, each place once for what stands around it.

    Raises:
        UnreadableError: A reference leads nowhere.
    """
    found = list(operations(library, root))
    # What is sent to a record, as to /payments/{id}/applications, is in the currency of the record.
    sent = [body for one in found if "{" in one.path for body in one.bodies()]
    yield from fields(library, sent, beside_currency=True)
    roots = [schema for one in found for schema in one.answers()]
    roots += [body for one in found if "{" not in one.path for body in one.bodies()]
    roots += [schema for _, schema in payloads(library, root)]
    if not roots and not {"openapi", "swagger", "asyncapi"} & set(mapping(root.value)):
        roots = [root]
    yield from fields(library, roots)


def _money(subject: Subject) -> Iterator[Field]:
    for one in subject.fields:
        scalar = one.types & {"integer", "number", "string"}
        named = is_money(one.name, beside_currency=one.beside_currency)
        if scalar and named and not (one.types - scalar) and not _is_word(one):
            yield one


def _is_word(one: Field) -> bool:
    """Whether a text is a word, an id or a date and no decimal: `tax` may hold "inclusive", `charge` an id."""
    if one.types != {"string"}:
        return False
    pattern, said = text(one.schema.get("pattern")), text(one.schema.get("format"))
    exact = said == "decimal" or (("0-9" in pattern or "\\d" in pattern) and "A-Z" not in pattern.upper())
    return not exact and not one.classes & _FINANCIAL


def inexact_money(subject: Subject) -> Iterator[Finding]:
    """Amounts as JSON numbers, and amounts without a currency."""
    for one in _each_place(_money(subject)):
        if "number" in one.types:
            yield draft(
                subject,
                "money-inexact",
                f"{one.name} is money and a JSON number, which most readers round",
                one.node,
                "Use an integer of minor units, or a decimal in a string.",
                one.node.document.path.rpartition("/")[2],
                one.node.pointer,
            )


def money_without_currency(subject: Subject) -> Iterator[Finding]:
    """Amounts in an object where nothing around them names the currency, however it is reached."""
    reached: dict[tuple[str, str], list[Field]] = {}
    for one in _money(subject):
        reached.setdefault((one.node.document.path, one.node.pointer), []).append(one)
    for places in reached.values():
        one = places[0]
        if any(place.beside_currency for place in places) or is_currency(one.name):
            continue
        yield draft(
            subject,
            "money-without-currency",
            f"{one.name} is money, and nothing around it names the currency",
            one.node,
            "Put a `currency` (ISO 4217) beside it or on the object it belongs to.",
            one.node.document.path.rpartition("/")[2],
            one.node.pointer,
        )


def unreadable_moments(subject: Subject) -> Iterator[Finding]:
    """Points in time and days that are no RFC 3339 text."""
    for one in _each_place(subject.fields):
        wanted = "date-time" if is_moment(one.name) else "date" if is_day(one.name) else ""
        said = text(one.schema.get("format"))
        if wanted and one.types & {"integer", "number"} and "string" not in one.types:
            how = f"{one.name} is a moment and a number"
        elif said == "unix-time":
            how, wanted = f"{one.name} counts seconds since 1970", "date-time"
        elif wanted and one.types == {"string"} and said not in {"date-time", "date"} and not _is_bounded(one):
            how = f"{one.name} is a moment without a format"
        else:
            continue
        yield draft(
            subject,
            "timestamp-not-rfc3339",
            how,
            one.node,
            f"Use a string with format {wanted}; of a moment, with its offset.",
            one.node.document.path.rpartition("/")[2],
            one.node.pointer,
        )


def _is_bounded(one: Field) -> bool:
    return bool({"enum", "const", "pattern"} & set(one.schema))


def unclassified(subject: Subject) -> Iterator[Finding]:
    """Fields with money or a person that say nothing of who may see them."""
    money = {(one.node.document.path, one.node.pointer) for one in _money(subject)}
    for one in _each_place(subject.fields):
        is_amount = (one.node.document.path, one.node.pointer) in money
        if is_amount and not one.classes & _FINANCIAL:
            rule, what, wanted = "finance-field-unclassified", "is money", "financial"
        elif is_person(one.name) and one.types <= {"string"} and not one.classes & _PERSONAL:
            rule, what, wanted = "pii-unclassified", "tells who somebody is", "pii"
        else:
            continue
        yield draft(
            subject,
            rule,
            f"{one.name} {what} and has no x-classification",
            one.node,
            f"Say x-classification: {wanted} on it or on its object.",
            one.node.document.path.rpartition("/")[2],
            one.node.pointer,
        )


def _each_place(found: Iterable[Field]) -> Iterator[Field]:
    """Yield each place once, with every classification it is reached under counted in its favour."""
    places: dict[tuple[str, str], Field] = {}
    for one in found:
        key = (one.node.document.path, one.node.pointer)
        known = places.get(key)
        if known is None or len(one.classes) > len(known.classes):
            places[key] = one
    yield from places.values()
