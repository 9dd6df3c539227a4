"""Who proposed the change, and whether that is known or only claimed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from harness.catalog import Catalog, Person
from harness.governance.event import Event
from harness.governance.facts import Author, Group
from harness.model import JSON

_MAIL = re.compile(r"<([^<>\s]{1,200})>")
_LOGINS = ("github.com/user-login", "gitlab.com/user-login")


def author_of(claims: Iterable[str], event: Event | None, catalog: Catalog, commits: Iterable[str]) -> Author:
    """Return who proposed the change.

    Args:
        claims: `Name <mail>` of every author, committer and co-author between merge-base and head: free text.
        event: What the CI system says; None outside of CI.
        catalog: The trusted catalog, to find people by login and mail.
        commits: The judged head and its parents; an event about another commit proves nothing.
    """
    listed = tuple(dict.fromkeys(claims))
    people = catalog.people()
    excluded = {person.ref for claim in listed for person in _claimed(claim, people)}
    if event is None or not event.is_about(*commits):
        return Author(_name(listed[0]) if listed else "", verified=False, people=frozenset(excluded))
    logins = {event.author, *event.pushers}
    excluded |= {person.ref for person in people if _logins(person, catalog) & logins}
    return Author(event.author, verified=True, people=frozenset(excluded))


def _claimed(claim: str, people: Iterable[Person]) -> list[Person]:
    mails = {mail.lower() for mail in _MAIL.findall(claim)} or {claim.strip().lower()}
    return [person for person in people if person.email and person.email.lower() in mails]


def _name(claim: str) -> str:
    return claim.partition("<")[0].strip() or claim


def _logins(person: Person, catalog: Catalog) -> set[str]:
    entity = catalog.get(person.ref)
    annotations: JSON = entity.metadata.get("annotations") if entity else None
    written = annotations if isinstance(annotations, dict) else {}
    return {str(written[key]) for key in _LOGINS if key in written} or {person.name}


def directory(catalog: Catalog) -> dict[str, Group]:
    """Return every group of the catalog with its members; a group's members are also its parent's."""
    groups = {group.ref: group for group in catalog.groups()}
    members: dict[str, set[tuple[str, str]]] = {ref: set() for ref in groups}
    for person in catalog.people():
        for ref in person.groups:
            for above in _upwards(ref, {group.ref: group.parent for group in groups.values()}):
                members.setdefault(above, set()).add((person.ref, person.display_name))
    return {
        ref: Group(ref, _title(groups[ref].title, groups[ref].name), tuple(sorted(found)))
        for ref, found in members.items()
        if ref in groups
    }


def _upwards(ref: str, parents: dict[str, str]) -> list[str]:
    found: list[str] = []
    while ref and ref not in found:
        found.append(ref)
        ref = parents.get(ref, "")
    return found


def _title(title: str, name: str) -> str:
    """Return a role's words: `Finance systems` reads `finance systems` inside a sentence."""
    words = title or name.replace("-", " ")
    return words[:1].lower() + words[1:] if words[1:2].islower() else words
