"""Name the consumers of a changed contract: hit, not hit, or unknown, each with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from harness.catalog import Catalog, Entity
from harness.impact.hits import Answer, interaction_hit
from harness.impact.landscape import ChangedContract, Landscape, pacts_about, uses_of
from harness.impact.values import ConsumerImpact, Hit
from harness.model import Change, Location, Verdict, split
from harness.pacts import FieldUse

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class _Found:
    """One interaction, one change, and the answer."""

    interaction: Location
    change: Change
    answer: Answer


def consumers_of(contract: ChangedContract, landscapes: tuple[Landscape, ...]) -> tuple[ConsumerImpact, ...]:
    """Return every consumer that any of the revisions knows, sorted: hit first, then unknown, then not hit.

    Deleting a pact or a `consumesApis` entry on a branch therefore hides nobody.
    """
    uses: dict[str, set[FieldUse]] = {}
    names: set[str] = set()
    for landscape in landscapes:
        names |= {entity.name for entity in _entities(contract.name, landscape.catalog)}
        for consumer, found in uses_of(contract, landscape).items():
            uses.setdefault(consumer, set()).update(found)
    by_lower = {name.lower(): name for name in uses}
    names = {name for name in names if name.lower() not in by_lower} | set(uses)
    impacts = (_consumer(name, contract, uses.get(name), landscapes) for name in names)
    order = (Hit.HIT, Hit.UNKNOWN, Hit.NOT_HIT)
    return tuple(sorted(impacts, key=lambda impact: (order.index(impact.hit), impact.name)))


def _entities(contract: str, catalog: Catalog) -> tuple[Entity, ...]:
    entity = catalog.api_for_contract(contract) or catalog.get(f"api:default/{contract}")
    return catalog.consumers_of(entity.ref) if entity else ()


def _consumer(
    name: str, contract: ChangedContract, uses: set[FieldUse] | None, landscapes: tuple[Landscape, ...]
) -> ConsumerImpact:
    entity = next((found for scape in landscapes if (found := _component(name, scape.catalog))), None)
    version, environments = _running(entity)
    if uses is None:
        hit, reason, interactions = Hit.UNKNOWN, "no pact", 0
        fields: tuple[str, ...] = ()
        changes = tuple(change.fingerprint for change in _relevant(contract))
    else:
        hit, reason, changes, fields, interactions = judged_uses(contract, uses)
    return ConsumerImpact(
        component=entity.ref if entity else f"component:default/{name}",
        name=name,
        version=version or _pact_version(name, contract.name, landscapes),
        environments=environments,
        owner=entity.owner if entity else "",
        hit=hit,
        reason=reason,
        changes=changes,
        fields=fields,
        interactions=interactions,
    )


def judged_uses(
    contract: ChangedContract, uses: Iterable[FieldUse]
) -> tuple[Hit, str, tuple[str, ...], tuple[str, ...], int]:
    """Return how uses fare: hit or not, why, fingerprints of the changes, fields, and how many interactions."""
    hit, reason, touched = _judge(contract, uses)
    changes = tuple(sorted({item.change.fingerprint for item in touched}))
    fields = tuple(sorted({field for item in touched for field in item.answer.fields}))
    return hit, reason, changes, fields, len({item.interaction for item in touched})


def _pact_version(name: str, contract: str, landscapes: tuple[Landscape, ...]) -> str:
    pacts = (pact for landscape in landscapes for pact, _ in pacts_about(contract, landscape))
    return next((pact.version for pact in pacts if pact.consumer == name and pact.version), "")


def _component(name: str, catalog: Catalog) -> Entity | None:
    return next((entity for entity in catalog.of_kind("component") if entity.name.lower() == name.lower()), None)


def _running(entity: Entity | None) -> tuple[str, tuple[str, ...]]:
    """Return the version in production (else the first one known) and the environments that run it."""
    deployed = entity.governance.get("deployments") if entity else None
    runs = {name: str(version) for name, version in deployed.items()} if isinstance(deployed, dict) else {}
    if not runs:
        return (entity.annotation("version") if entity else ""), ()
    version = runs.get("production") or next(iter(runs.values()))
    return version, tuple(name for name, seen in runs.items() if seen == version)


def _relevant(contract: ChangedContract) -> tuple[Change, ...]:
    return tuple(change for change in contract.changes if change.verdict is not Verdict.COMPATIBLE)


def _judge(contract: ChangedContract, uses: Iterable[FieldUse]) -> tuple[Hit, str, tuple[_Found, ...]]:
    """Return hit or not, why, and the (interaction, change) pairs that say so."""
    by_interaction: dict[tuple[Location, str], list[FieldUse]] = {}
    for use in uses:
        by_interaction.setdefault((use.location, use.operation), []).append(use)
    listed = [tuple(sorted(group, key=lambda use: (use.direction, use.pointer))) for group in by_interaction.values()]
    count = len(
        {(use.operation, use.direction, use.pointer) for group in listed for use in group if use.leaf and use.pointer}
    )
    if contract.removed:
        return Hit.HIT, f"reads {count} fields of a contract that is gone", ()
    found = [
        _Found(group[0].location, change, _answer(change, group, contract))
        for group in listed
        for change in _relevant(contract)
    ]
    for kind in (Hit.HIT, Hit.UNKNOWN):
        chosen = tuple(item for item in found if item.answer.hit is kind)
        if chosen:
            return kind, _reason(kind, chosen, listed), chosen
    if not listed:
        return Hit.UNKNOWN, "its pact has no interaction", ()
    return Hit.NOT_HIT, f"reads {count} {'field' if count == 1 else 'fields'}, none changed", ()


def _answer(change: Change, uses: tuple[FieldUse, ...], contract: ChangedContract) -> Answer:
    answer = interaction_hit(change, uses, contract.documents)
    if change.verdict is Verdict.UNPROVEN and answer.hit is Hit.HIT:
        # nobody is hurt for certain by what nobody could prove
        return Answer(Hit.UNKNOWN, answer.fields)
    return answer


def _reason(kind: Hit, found: tuple[_Found, ...], listed: Iterable[tuple[FieldUse, ...]]) -> str:
    interactions = len({item.interaction for item in found})
    counted = f"({interactions} {'interaction' if interactions == 1 else 'interactions'})"
    fields = tuple(dict.fromkeys(field for item in found for field in item.answer.fields))
    names = tuple(dict.fromkeys(_field(field) for field in sorted(fields)))
    shown = names[:_SHOWN]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    if kind is Hit.HIT:
        received = all(
            item.change.direction is not None and item.change.direction.value == "received" for item in found
        )
        verb = "sends or must send" if received else ("uses" if all(" " in field for field in fields) else "reads")
        return f"{verb} {', '.join(shown) or 'what breaks'}{more} {counted}"
    unmatched = [group for group in listed if not group[0].matched]
    if unmatched and not fields:
        return f"its pact uses {unmatched[0][0].operation}, which the contract does not offer"
    if all(item.change.verdict is Verdict.UNPROVEN for item in found):
        return f"reads {', '.join(shown) or 'what changed'}{more}, whose change is unproven {counted}"
    return f"cannot tell whether {', '.join(shown) or 'what it reads'}{more} breaks {counted}"


def _field(pointer: str) -> str:
    """Show `/data/*/tax_amount` as `tax_amount`: where it stands is in the report; an operation stays as it is."""
    if not pointer.startswith("/"):
        return pointer or "the whole body"
    names = [token for token in split(pointer) if token != "*"]  # noqa: S105  (a pointer token)
    return names[-1] if names else "every item"
