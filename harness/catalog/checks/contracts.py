"""Checks between the catalog and the contracts of the same revision."""

from __future__ import annotations

from collections.abc import Iterator

from harness.catalog.checks.context import Context
from harness.catalog.entities import ANNOTATIONS
from harness.model import Finding, Level, Location


def apis_without_contract(context: Context) -> Iterator[Finding]:
    """API entities whose contract is not there, and APIs that two entities claim."""
    for entity in context.catalog.of_kind("api"):
        name = entity.annotation("contract")
        if not name:
            continue
        place = entity.at("metadata", "annotations", ANNOTATIONS + "contract")
        first = context.catalog.api_for_contract(name)
        if context.contracts is not None and name not in context.contracts:
            what = f'{entity.ref} names the contract "{name}", which is not there'
        elif first is not None and first is not entity:
            what = f'{entity.ref} and {first.ref} both name the contract "{name}"'
        else:
            continue
        yield Finding(
            rule="catalog-contract-missing",
            title=what,
            level=Level.ERROR,
            location=place,
            remedy="Name a contract as its folder is called; one API entity for each.",
            values=(entity.ref, name),
        )


def contracts_without_api(context: Context) -> Iterator[Finding]:
    """Contracts that no API entity names: nobody owns them and no consumer is known."""
    if not context.contracts or not context.catalog.contracts():
        return  # a repository whose catalog knows no contracts has not begun with this
    known = set(context.catalog.contracts())
    file = min(entity.file or "" for entity in context.catalog.of_kind("api"))
    expected = {name for name, is_api in context.contracts.items() if is_api}
    for name in sorted(expected - known):
        yield Finding(
            rule="catalog-contract-unclaimed",
            title=f'No API entity names the contract "{name}"',
            level=Level.WARNING,
            location=Location(file or None),
            detail="Nobody owns it, and its consumers are unknown.",
            remedy=f"Add an API entity with the annotation {ANNOTATIONS}contract: {name}.",
            values=(name,),
        )


def apis_without_provider(context: Context) -> Iterator[Finding]:
    """APIs of the landscape that no component provides: nobody answers the call."""
    for entity in context.catalog.of_kind("api"):
        if entity.annotation("contract") and not context.catalog.providers_of(entity.ref):
            yield Finding(
                rule="catalog-api-unprovided",
                title=f"No component provides {entity.ref}",
                level=Level.WARNING,
                location=entity.location,
                remedy="Add it to providesApis of the component that answers.",
                values=(entity.ref,),
            )
