"""Conventions of `x-interaction`: what may ask only, what posts, and in which order."""

from __future__ import annotations

from collections.abc import Iterator

from harness.catalog.entities import mapping, sequence, text
from harness.conventions.drafts import Subject, draft
from harness.conventions.operations import Operation, operations
from harness.documents import Node
from harness.model import Finding

INTERACTIONS = ("validate", "propagate", "post", "reconcile")
_LEDGER = frozenset({"journal-entry", "journal", "posting", "ledger-entry", "gl-entry"})
_CHANGES = frozenset({"put", "patch", "delete"})


def unsaid(subject: Subject) -> Iterator[Finding]:
    """Interactions that are none of the four, reads that say they post, and gaps among neighbours that say it."""
    found = list(operations(subject.library, subject.root))
    in_use = any(operation.interaction for operation in found)
    for operation in found:
        said = operation.interaction
        if said and said not in INTERACTIONS:
            what = f'{operation.name} has x-interaction "{said}", which is none of {", ".join(INTERACTIONS)}'
        elif operation.method == "get" and said in {"post", "propagate"}:
            what = f"{operation.name} is a GET and says x-interaction: {said}"
        elif in_use and not said:
            what = f"{operation.name} does not say its x-interaction, as its neighbours do"
        else:
            continue
        yield draft(
            subject,
            "interaction-unsaid",
            what,
            operation.node,
            f"Say x-interaction: {', '.join(INTERACTIONS[:-1])} or {INTERACTIONS[-1]}.",
            operation.name,
        )


def writing_validations(subject: Subject) -> Iterator[Finding]:
    """Operations that say they only validate, and yet write what the ledger or the customer sees."""
    for operation in operations(subject.library, subject.root):
        if operation.interaction != "validate":
            continue
        if operation.marks.get("x-moves-money") is True:
            how = "moves money"
        elif operation.method in _CHANGES:
            how = f"is a {operation.method.upper()}"
        elif operation.method == "post" and (thing := _ledger_object(operation)):
            how = f"takes a {thing}"
        else:
            continue
        yield draft(
            subject,
            "validate-writes",
            f"{operation.name} says x-interaction: validate and {how}",
            operation.node,
            "Say x-interaction: post and what that needs, or take the write out of it.",
            operation.name,
        )


def _ledger_object(operation: Operation) -> str:
    """Return the object of the ledger that the body or a created answer carries, "" for none."""
    created = [
        schema
        for status, response in operation.responses()
        if status in {"201", "202"}
        for schema in operation.media(response).values()
        if schema is not None
    ]
    for schema in (*operation.bodies(), *created):
        found = _business_objects(operation, schema, 0)
        for thing in sorted(found & _LEDGER):
            return thing
    return ""


def _business_objects(operation: Operation, node: Node, depth: int) -> frozenset[str]:
    schema = operation.library.follow(node)
    value = mapping(schema.value)
    found = {text(value.get("x-business-object"))}
    if depth < 6:
        inner = [schema.child("allOf", index) for index, _ in enumerate(sequence(value.get("allOf")))]
        if mapping(value.get("items")):
            inner.append(schema.child("items"))
        found |= {thing for one in inner for thing in _business_objects(operation, one, depth + 1)}
    return frozenset(found)


def unordered_posts(subject: Subject) -> Iterator[Finding]:
    """Operations that post without saying by what postings keep their order."""
    for operation in operations(subject.library, subject.root):
        if operation.interaction != "post" or operation.marks.get("x-ordering-key"):
            continue
        yield draft(
            subject,
            "post-without-ordering-key",
            f"{operation.name} posts and names no x-ordering-key",
            operation.node,
            "Name the fields by which postings keep their order: x-ordering-key: legal_entity, contract_id.",
            operation.name,
        )
    for operation in operations(subject.library, subject.root):
        if operation.interaction == "post" and operation.method in _CHANGES and not _has_key(operation):
            yield draft(
                subject,
                "money-without-idempotency-key",
                f"{operation.name} posts by {operation.method.upper()} and has no idempotency key",
                operation.node,
                "Require the header Idempotency-Key.",
                operation.name,
            )


def _has_key(operation: Operation) -> bool:
    return any("idempoten" in name and one.get("required") is True for name, one in operation.headers().items())
