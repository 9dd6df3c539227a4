"""The record every rule is: what a kind of change or finding is called, why it hurts, and what to do instead."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from harness.model import Level


class Area(StrEnum):
    """Which part of a contract or repository a rule looks at; the folder of the rule bears the same name."""

    FIELDS = "fields"
    VALUES = "values"
    UNIONS = "unions"
    OPERATIONS = "operations"
    PARAMETERS = "parameters"
    SECURITY = "security"
    LIFECYCLE = "lifecycle"
    EVENTS = "events"
    AVRO = "avro"
    DOCUMENTS = "documents"
    CATALOG = "catalog"
    GATE = "gate"
    PACTS = "pacts"
    CONVENTIONS = "conventions"
    CONFORM = "conform"


class Aspect(StrEnum):
    """Which property of the thing changed (the `kind` axis of the taxonomy)."""

    EXISTENCE = "existence"
    REQUIREDNESS = "requiredness"
    TYPE = "type"
    VALUES = "values"
    CONSTRAINT = "constraint"
    DEFAULT = "default"
    STRUCTURE = "structure"
    NAMING = "naming"
    MUTABILITY = "mutability"
    SERIALISATION = "serialisation"
    LIFECYCLE = "lifecycle"
    TEXT = "text"
    OWNERSHIP = "ownership"
    REFERENCE = "reference"
    TRUST = "trust"


class Action(StrEnum):
    """What happened to it; `found` is for findings, which have no before."""

    ADDED = "added"
    REMOVED = "removed"
    NARROWED = "narrowed"
    WIDENED = "widened"
    CHANGED = "changed"
    FOUND = "found"

    @property
    def mirror(self) -> Action:
        """The action of the opposite change; `changed` and `found` mirror themselves."""
        pairs = {
            Action.ADDED: Action.REMOVED,
            Action.REMOVED: Action.ADDED,
            Action.NARROWED: Action.WIDENED,
            Action.WIDENED: Action.NARROWED,
        }
        return pairs.get(self, self)


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of change between two versions, or one kind of finding in one version.

    A rule names and explains; it decides nothing. The verdict of a change is proved by `harness.compat`, the
    level is policy (`harness.rules.profiles`). So a rule is data, without a handler: a handler per rule would
    repeat what variance gives once (a request's "narrowed" is a response's "widened").

    Attributes:
        id: Kebab-case; the file is its snake_case. Never reused for another meaning.
        title: One clause in the present tense, at most 90 characters.
        why: Why it hurts, in the reader's words (money before system); "" is refused by the tests.
        area: Folder of the rule.
        aspect: Which property changes.
        action: What happens to it.
        reference: Specification and section that decides.
        remedy: What to do instead.
        received: What it means where the provider receives (request, parameter); "" if it cannot occur there.
        sent: What it means where the provider sends (response, event); "" if it cannot occur there.
        oasdiff: Ids of oasdiff's checks that report the same, sorted.
        since: Version of this program that knew it first.
        replaced_by: Id of the rule to read instead; "" while the rule is in use.
        level: Default level of a finding. Changes carry their own default, so for them this is the loudest.
    """

    id: str
    title: str
    why: str
    area: Area
    aspect: Aspect
    action: Action
    reference: str
    remedy: str
    received: str = ""
    sent: str = ""
    oasdiff: tuple[str, ...] = ()
    since: str = "0.1.0"
    replaced_by: str = ""
    level: Level = Level.ERROR

    @property
    def is_finding(self) -> bool:
        """Whether the rule names a finding in one version rather than a change between two."""
        return self.action is Action.FOUND
