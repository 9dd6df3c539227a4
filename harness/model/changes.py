"""What changed between two versions of a contract, and what is proved about it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date

from harness.model.bumps import Bump
from harness.model.contracts import ContractKind
from harness.model.json import JSON
from harness.model.locations import Location
from harness.model.verdicts import Basis, ContentModel, Direction, Level, Side, Verdict


def fingerprint(*parts: str) -> str:
    """Return 12 hex digits that name a finding by its parts, never by its wording."""
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Witness:
    """A concrete payload that one side takes and the other refuses.

    Attributes:
        instance: The payload, at the schema of the change's location.
        valid_under: The side that accepts it.
        invalid_under: The side that refuses it, or whose readers lose `failing`.
        view: `raw` (the schema as written), `reader` or `writer` (a view of the content model).
        error: What the independent validator said.
        failing: JSON pointer into `instance`: what fails, or what a reader loses.
        checked_with: The validator and its version, such as `jsonschema-rs 0.60.3`.
        carrier: Where the payload travels: `GET /invoices/{id} 200`, `message invoice.finalised`.
        payload: The whole request, response or message body that carries `instance`, if it is embedded.
        payload_failing: JSON pointer into `payload`.
    """

    instance: JSON
    valid_under: Side
    invalid_under: Side
    view: str
    error: str
    failing: str = ""
    checked_with: str = ""
    carrier: str = ""
    payload: JSON = None
    payload_failing: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One root cause: what changed, what is proved about it, and where it is reached from.

    Attributes:
        rule: Id of the kind of change, such as `field-withdrawn`; one file each in `harness.rules`.
        title: One clause for a person, such as `Invoice.tax_amount may now be null`.
        verdict: Proof, from the contracts alone.
        level: Default loudness; a profile may set another.
        basis: What the verdict rests on.
        direction: Which way the data flows; None where the question does not arise.
        side: The document `location` is in.
        location: The changed node (on the old side where it was removed).
        subject: Short name of the changed thing: `Invoice.tax_amount`, `GET /invoices`.
        reached_from: Operations or messages that carry it, sorted: `GET /invoices/{id} 200`.
        before: What the old side says there (None: nothing).
        after: What the new side says there (None: nothing).
        counterpart: The paired node on the other side, if there is one.
        witness: The proof of `breaking`.
        derivation: The proof of `compatible`, replayable by `harness.schema.replay`; None for basis `rule`.
        reason: Why `unproven`, and what was tried.
        settle: How to settle an `unproven`, or the way out of a `breaking`.
        fingerprint: 12 hex digits from rule, direction and pointers.
    """

    rule: str
    title: str
    verdict: Verdict
    level: Level
    basis: Basis
    direction: Direction | None
    side: Side
    location: Location
    subject: str = ""
    reached_from: tuple[str, ...] = ()
    before: JSON = None
    after: JSON = None
    counterpart: Location | None = None
    witness: Witness | None = None
    derivation: JSON = None
    reason: str = ""
    settle: str = ""
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class ContractComparison:
    """The answer to "is NEW compatible with OLD?".

    `backward` and `forward` are set for JSON Schema and Avro only (DESIGN: compare --batch).
    """

    kind: ContractKind
    verdict: Verdict
    changes: tuple[Change, ...]
    required_bump: Bump
    content_model: ContentModel
    old_version: str = ""
    new_version: str = ""
    as_of: date | None = None
    backward: Verdict | None = None
    forward: Verdict | None = None
    backward_witness: Witness | None = None
    forward_witness: Witness | None = None
    notes: tuple[str, ...] = field(default=())
