"""What a branch loosens: each is named, needs a sign-off of its own, and holds only from the next merge.

Loosenings are found between merge-base and head, because only that is the branch's doing; what counts meanwhile
is the tip of the base.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from harness.catalog import BusinessObject, Catalog, Entity
from harness.documents import Document
from harness.governance.digest import canonical
from harness.impact.objects import rank
from harness.model import JSON, Finding, Level, Location, join, json_equal
from harness.pacts import Pact, PactSet

_MONEY_TYPES = ("mapping", "close-calendar")


def loosened(rule: str, title: str, location: Location, *values: str, remedy: str = "") -> Finding:
    """Return the finding for one loosening."""
    return Finding(
        rule=rule,
        title=title,
        level=Level.WARNING,
        location=location,
        detail="The base still counts for this branch; the change takes effect from the next merge.",
        remedy=remedy or "Have it signed off on its own, or take it out of this branch.",
        values=values,
    )


def catalog_loosenings(old: Catalog, new: Catalog) -> Iterator[Finding]:
    """Name keys and memberships added, finance marks, consumers and workflows taken away."""
    yield from _people(old, new)
    yield from _sensitivity(old, new)
    yield from _consumers(old, new)
    yield from _workflows(old, new)
    yield from _apis(old, new)


def money_entries(old: Catalog, new: Catalog) -> Iterator[Finding]:
    """Name changed mappings and close calendars: a row of them books as surely as a field of a contract."""
    for kind in _MONEY_TYPES:
        before = {entity.ref: entity for entity in old.of_kind("resource", kind)}
        after = {entity.ref: entity for entity in new.of_kind("resource", kind)}
        for ref in sorted(before.keys() | after.keys()):
            one, other = before.get(ref), after.get(ref)
            if one is not None and other is not None and json_equal(dict(one.governance), dict(other.governance)):
                continue
            what = "changes" if one and other else "is new" if other else "is gone"
            entity = other or one
            yield Finding(
                rule="mapping-changed",
                title=f"{kind.replace('-', ' ')} {entity.title if entity else ref} {what}",
                level=Level.WARNING,
                location=entity.location if entity else Location(None),
                remedy="Have finance systems sign it.",
                values=(ref, *(_content(each) for each in (one, other))),
            )


def _content(entity: Entity | None) -> str:
    return canonical(dict(entity.governance)) if entity else ""


def _people(old: Catalog, new: Catalog) -> Iterator[Finding]:
    known = {person.ref: person for person in old.people()}
    for person in new.people():
        place = _place(new, person.ref)
        before = known.get(person.ref)
        if {_key(line) for line in person.keys} - {_key(line) for line in (before.keys if before else ())}:
            yield loosened("signing-key-added", f"{person.ref} gets a signing key", place, person.ref)
        joined = sorted(set(person.groups) - set(before.groups if before else ()))
        if joined:
            yield loosened("approver-added", f"{person.ref} joins {', '.join(joined)}", place, person.ref, *joined)


def _key(line: str) -> str:
    """The key without its comment: a comment may change freely."""
    return " ".join(line.split()[:2])


def _sensitivity(old: Catalog, new: Catalog) -> Iterator[Finding]:
    after = {found.ref: found for found in new.business_objects()}
    for before in old.business_objects():
        if before.ref not in after:
            place = _place(old, before.ref)
            yield loosened("finance-mark-removed", f"business object {before.name} is gone", place, before.ref)
            continue
        place = _place(new, before.ref)
        for path, word in sorted(_words(before).items()):
            now = _words(after[before.ref]).get(path, "none")
            if rank(now) < rank(word):
                title = f"{before.name}.{path} is marked {now} instead of {word}"
                yield loosened("finance-mark-removed", title, place, before.ref, path)


def _words(found: BusinessObject) -> dict[str, str]:
    """The highest sensitivity of each field, over all its states."""
    words: dict[str, str] = {}
    for field in found.fields:
        if rank(field.sensitivity) >= rank(words.get(field.path, "none")):
            words[field.path] = field.sensitivity
    return words


def _consumers(old: Catalog, new: Catalog) -> Iterator[Finding]:
    for api in old.of_kind("api"):
        now = {entity.ref for entity in new.consumers_of(api.ref)}
        for entity in old.consumers_of(api.ref):
            if entity.ref not in now:
                place = _place(new if new.get(entity.ref) else old, entity.ref)
                yield loosened(
                    "consumer-removed", f"{entity.name} no longer says it reads {api.name}", place, entity.ref
                )


def _workflows(old: Catalog, new: Catalog) -> Iterator[Finding]:
    after = {workflow.ref: workflow for workflow in new.workflows()}
    for workflow in old.workflows():
        now = after.get(workflow.ref)
        lost = sorted(workflow.contracts - now.contracts) if now else []
        if now is None or lost:
            what = f"no longer uses {', '.join(lost)}" if now else "is gone"
            place = _place(new if now else old, workflow.ref)
            yield loosened("workflow-removed", f"workflow {workflow.title} {what}", place, workflow.ref)


def _apis(old: Catalog, new: Catalog) -> Iterator[Finding]:
    for api in old.of_kind("api"):
        now = new.get(api.ref)
        word, after = _mark(api), _mark(now)
        if rank(after) < rank(word):
            place = _place(new if now else old, api.ref)
            title = f"contract {api.name} is marked {after} instead of {word}"
            yield loosened("finance-mark-removed", title, place, api.ref)
        if now is not None and api.owner and now.owner != api.owner:
            title = f"contract {api.name} goes from {api.owner} to {now.owner or 'nobody'}"
            yield loosened("owner-changed", title, _place(new, api.ref), api.ref)


def _mark(api: Entity | None) -> str:
    return (api.annotation("finance-sensitivity") if api else "") or "none"


def _place(catalog: Catalog, ref: str) -> Location:
    entity = catalog.get(ref)
    return entity.location if entity else Location(None)


def pact_loosenings(old: PactSet, new: PactSet) -> Iterator[Finding]:
    """Name pacts that are gone and pacts that read less: both could hide who is hit."""
    after = {(pact.provider, pact.consumer): pact for pact in new.pacts}
    for pact in old.pacts:
        now = after.get((pact.provider, pact.consumer))
        names = (pact.consumer, pact.provider)
        if now is None:
            title = f"the pact of {pact.consumer} with {pact.provider} is gone"
            yield loosened("pact-removed", title, Location(pact.path), *names)
        elif now.raw != pact.raw and (lost := _reads(pact) - _reads(now)):
            title = f"the pact of {pact.consumer} with {pact.provider} reads {len(lost)} fewer fields"
            yield loosened("pact-narrowed", title, Location(now.path), *names)


def _reads(pact: Pact) -> set[tuple[str, str, str]]:
    return {
        (interaction.operation, side, pointer)
        for interaction in pact.interactions
        for side, body in (("request", interaction.request), ("response", interaction.response))
        for pointer in (body.pointers if body else ("",))
    }


def mark_loosenings(old: Document, new: Document) -> Iterator[Finding]:
    """Name marks taken from a place of a contract that is still there: the place goes on, unwatched."""
    after = dict(_marks(new.value))
    for pointer, mark in _marks(old.value):
        if mark and pointer in after and not mark <= after[pointer]:
            words = ", ".join(sorted(mark - after[pointer]))
            title = f"{pointer.rpartition('/')[2]} loses its mark {words}"
            yield loosened("finance-mark-removed", title, new.location(pointer), pointer)


def _marks(value: JSON, pointer: str = "") -> Iterator[tuple[str, frozenset[str]]]:
    """Yield every mapping with the marks it bears."""
    waiting: list[tuple[str, JSON]] = [(pointer, value)]
    while waiting:
        here, item = waiting.pop()
        if isinstance(item, dict):
            keys = ("x-classification", "x-business-object", "x-canonical-field", "x-moves-money")
            yield here, frozenset(f"{key}: {item[key]}" for key in keys if item.get(key) and _counts(key, item[key]))
            waiting.extend((join(here, key), below) for key, below in item.items())
        elif isinstance(item, list):
            waiting.extend((join(here, index), below) for index, below in enumerate(item))


def _counts(key: str, value: JSON) -> bool:
    return isinstance(value, (str, bool)) and (key != "x-classification" or value == "financial")


def narrowed(globs: str, lost: Iterable[str]) -> Iterator[Finding]:
    """Name catalog and pact files that head's globs no longer reach."""
    for path in sorted(lost):
        yield loosened("globs-narrowed", f"{path} is outside of the {globs} globs now", Location(path), path)
