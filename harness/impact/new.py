"""What a new product, company, country, tax rate or partner needs before the first invoice, and what is missing of it.

The catalog says it all: a mapping names in `subjects` the column by which it knows a thing of a kind, and in `objects`
the business objects its rows decide; from these follow bindings, workflows, probes and checkpoints.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from harness.catalog import Catalog
from harness.catalog.bindings import Binding
from harness.catalog.currencies import CURRENCIES
from harness.catalog.entities import text, texts
from harness.catalog.mappings import Mapping, MappingRow
from harness.model import NotChecked, UsageError

KINDS = ("sku", "entity", "country", "tax-rate", "partner")


class State(StrEnum):
    """Whether something that is needed is there."""

    EXISTS = "exists"
    MISSING = "missing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that must be there.

    Attributes:
        area: `mapping`, `contract`, `workflow`, `probe`, `checkpoint`, `approval`, `currency`, `calendar`,
            `tax registration` or `entry`.
        state: Whether it is.
        what: What is there or missing, in one clause.
        remedy: What to add; "" if it exists.
        place: Catalog reference it belongs to.
    """

    area: str
    state: State
    what: str
    remedy: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Readiness:
    """The whole answer: `kind` and `name` as asked, needs by area, and what could not be read."""

    kind: str
    name: str
    needs: tuple[Need, ...]
    not_checked: tuple[NotChecked, ...]

    @property
    def exit_code(self) -> int:
        """3 if something could not be told, 1 if something is missing, else 0."""
        if self.not_checked or any(need.state is State.UNKNOWN for need in self.needs):
            return 3
        return 1 if any(need.state is State.MISSING for need in self.needs) else 0


def readiness(kind: str, name: str, catalog: Catalog) -> Readiness:
    """Return what a new thing needs.

    Args:
        kind: One of `KINDS`.
        name: As the mappings would name it, such as `FR` or `PRO-MONTHLY`; "" asks for the list in general.
        catalog: Where it is looked for.

    Raises:
        UsageError: No such kind.
    """
    if kind not in KINDS:
        raise UsageError(f'nothing new is called "{kind}"', remedy=f"Use one of {', '.join(KINDS)}.")
    asked = _Asked(kind, name, catalog)
    needs = (*asked.mappings(), *asked.own(), *asked.contracts(), *asked.flows(), *asked.approvals())
    unread = tuple(NotChecked(str(one.location or "catalog"), one.message, one.remedy) for one in catalog.problems)
    return Readiness(kind, name, tuple(dict.fromkeys(needs)), unread)


class _Asked:
    """One question, with the mappings that know things of its kind."""

    def __init__(self, kind: str, name: str, catalog: Catalog) -> None:
        """Find the mappings."""
        self.kind, self.name, self.catalog = kind, name, catalog
        self.tables = [
            (table, dict(table.subjects)[kind]) for table in catalog.mappings() if kind in dict(table.subjects)
        ]

    def rows(self) -> Iterator[tuple[Mapping, MappingRow]]:
        """Yield the rows that already know it."""
        for table, column in self.tables:
            for row in table.rows:
                if self.name and text(row.values.get(column)) == self.name:
                    yield table, row

    def mappings(self) -> Iterator[Need]:
        """Say which mapping knows it, and which does not."""
        if not self.tables and self.kind != "entity":
            what = f"no mapping says by which column it knows a {self.kind}"
            yield Need("mapping", State.UNKNOWN, what, f"Write subjects: {{{self.kind}: COLUMN}} in the mapping.")
        known = {table.ref for table, _ in self.rows()}
        for table, column in self.tables:
            if table.ref in known:
                yield Need("mapping", State.EXISTS, f"{table.title} has {self.name}", place=table.ref)
            else:
                what = f"{table.title} has no row whose {column} is {self.name or 'the new one'}"
                filled = ", ".join(dict.fromkeys((*table.key, *table.columns)))
                yield Need("mapping", State.MISSING, what, f"Add a row with {filled}, valid_from and owner.", table.ref)

    def own(self) -> Iterator[Need]:
        """Say what only this kind needs."""
        if self.kind == "entity":
            yield from self._entity(self.name)
        elif self.kind == "country":
            entities = {text(row.values.get(table.legal_entity_column)) for table, row in self.rows()} - {""}
            for entity in sorted(entities):
                yield from self._entity(entity)
                yield self._registration(entity)
            if not entities:
                what = f"no legal entity sells to {self.name or 'it'}"
                yield Need("tax registration", State.MISSING, what, "Map the country to a selling entity first.")
        elif self.kind == "tax-rate":
            for table, row in self.rows():
                if not text(row.values.get("reason")).strip():
                    what = f"{table.title} does not say the reason of {self.name}"
                    yield Need("tax registration", State.MISSING, what, "Fill the column reason.", table.ref)
                yield from self._entity(text(row.values.get(table.legal_entity_column)))
        yield from self._currencies()

    def _entity(self, name: str) -> Iterator[Need]:
        entity = next((one for one in self.catalog.legal_entities() if one.name == name), None)
        shown = name or "the new company"
        if entity is None:
            yield Need("entry", State.MISSING, f"the catalog has no legal entity {shown}", "Add a legal-entity entry.")
        else:
            yield Need("entry", State.EXISTS, f"legal entity {name}", place=entity.ref)
            yield self._currency(entity.currency)
        calendar = next((one for one in self.catalog.close_calendars() if name and one.legal_entity == name), None)
        if calendar is None or not calendar.periods:
            yield Need("calendar", State.MISSING, f"{shown} has no close calendar", "Add a close-calendar entry.")
        else:
            yield Need("calendar", State.EXISTS, f"close calendar of {name}", place=calendar.ref)
        if self.kind == "entity":
            for flow in self.catalog.workflows():
                if flow.legal_entities and name not in flow.legal_entities:
                    what = f"{flow.title} does not run in {shown}"
                    yield Need("workflow", State.MISSING, what, "Add it to legalEntities.", flow.ref)

    def _registration(self, entity: str) -> Need:
        found = next((one for one in self.catalog.legal_entities() if one.name == entity), None)
        entry = self.catalog.get(found.ref) if found else None
        listed = texts(entry.governance.get("taxRegistrations")) if entry else ()
        if self.name in listed:
            return Need("tax registration", State.EXISTS, f"{entity} is registered for tax in {self.name}")
        what = f"{entity} names no tax registration that covers {self.name}"
        return Need("tax registration", State.MISSING, what, "List it in taxRegistrations of the legal entity.")

    def _currencies(self) -> Iterator[Need]:
        for table, row in self.rows():
            for column in table.currency_columns:
                yield self._currency(text(row.values.get(column)))

    def _currency(self, code: str) -> Need:
        if code not in CURRENCIES:
            return Need("currency", State.MISSING, f'"{code}" is no currency of ISO 4217', "Use a three-letter code.")
        functional = {one.currency for one in self.catalog.legal_entities()}
        rated = {
            text(row.values.get(dict(table.subjects)["currency"]))
            for table in self.catalog.mappings()
            if "currency" in dict(table.subjects)
            for row in table.rows
        }
        if code in functional | rated:
            return Need("currency", State.EXISTS, f"{code} is a functional currency or has a rate")
        return Need("currency", State.MISSING, f"{code} has no rate of exchange", "Add a row to the rates.")

    def _objects(self) -> set[str]:
        return {ref for table, _ in self.tables for ref in table.objects}

    def contracts(self) -> Iterator[Need]:
        """Say which payload carries each business object concerned."""
        bound: dict[str, Binding] = {}
        for one in self.catalog.bindings():
            bound.setdefault(one.object, one)
        for ref in sorted(self._objects()):
            name = ref.rpartition("/")[2].removeprefix("business-object-")
            if ref in bound:
                yield Need("contract", State.EXISTS, f"{name} comes by {bound[ref].title}", place=bound[ref].ref)
            else:
                what = f"no payload is bound to the canonical {name}"
                yield Need("contract", State.MISSING, what, "Add a canonical-binding entry.", ref)

    def flows(self) -> Iterator[Need]:
        """Say which probes and checkpoints would see it go wrong."""
        objects = self._objects()
        for flow in self.catalog.workflows():
            if objects & set(flow.objects):
                if flow.probes:
                    yield Need("probe", State.EXISTS, f"{flow.title}: {', '.join(flow.probes)}", place=flow.ref)
                else:
                    what = f"{flow.title} has no probe"
                    yield Need("probe", State.MISSING, what, "Name a probe in its steps.", flow.ref)
        for ref in sorted(objects):
            name = ref.rpartition("/")[2].removeprefix("business-object-")
            seen = [one for one in self.catalog.checkpoints() if ref in one.objects]
            if seen:
                ids = ", ".join(one.id for one in seen)
                yield Need("checkpoint", State.EXISTS, f"{name} is reconciled by {ids}", place=seen[0].ref)
            else:
                what = f"no checkpoint compares {name}"
                yield Need("checkpoint", State.MISSING, what, "Add it to the objects of a checkpoint.", ref)

    def approvals(self) -> Iterator[Need]:
        """Say who must sign, and whether anybody is there to do it."""
        for owner in sorted({table.owner for table, _ in self.tables if table.owner}):
            people = self.catalog.members_of(owner)
            group = owner.rpartition("/")[2]
            if people:
                yield Need(
                    "approval",
                    State.EXISTS,
                    f"{group}: {', '.join(one.display_name or one.name for one in people[:4])}",
                    place=owner,
                )
            else:
                yield Need("approval", State.MISSING, f"{group} has nobody who could sign", "Add members.", owner)
