"""Room of harness: the service catalog as a genuine Backstage reads it, and what we add to it.

`read_catalog(library, globs)` gives a `Catalog`; `check_catalog(catalog, ...)` gives findings; `validate(entity)`
says why Backstage would refuse one entity. Extra entries are `Resource`s with a `spec.type` and their content
under `spec.x-governance`; typed views of them are methods of `Catalog`.
"""

from harness.catalog.backstage import validate, validate_batch
from harness.catalog.business import BusinessField, BusinessObject, BusinessState
from harness.catalog.catalog import Catalog
from harness.catalog.checks import check_catalog
from harness.catalog.entities import Entity
from harness.catalog.mappings import Mapping, MappingRow
from harness.catalog.people import Group, Person
from harness.catalog.places import Category, Checkpoint, CloseCalendar, ClosePeriod, Environment, LegalEntity
from harness.catalog.reading import read_catalog
from harness.catalog.references import EntityRef, parse_entity_ref, stringify_entity_ref
from harness.catalog.relations import Relation
from harness.catalog.workflows import Recovery, Step, Workflow

__all__ = [
    "BusinessField",
    "BusinessObject",
    "BusinessState",
    "Catalog",
    "Category",
    "Checkpoint",
    "CloseCalendar",
    "ClosePeriod",
    "Entity",
    "EntityRef",
    "Environment",
    "Group",
    "LegalEntity",
    "Mapping",
    "MappingRow",
    "Person",
    "Recovery",
    "Relation",
    "Step",
    "Workflow",
    "check_catalog",
    "parse_entity_ref",
    "read_catalog",
    "stringify_entity_ref",
    "validate",
    "validate_batch",
]
