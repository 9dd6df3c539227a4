"""Check of the contracts against the system of record: nobody else may write, or announce, what one system owns."""

from __future__ import annotations

from collections.abc import Iterator

from harness.catalog.business import BusinessObject
from harness.catalog.checks.context import Context
from harness.catalog.checks.ownership import short
from harness.catalog.writes import Write, writes
from harness.model import Finding, Level


def second_writers(context: Context) -> Iterator[Finding]:
    """Operations and events that carry a field of a business object which another component owns.

    A copy that only follows the owner is declared in `systemOfRecord.mirrors`, with the operation or message it
    comes by. References to other records (`id`, `..._id`) are no writes. Events may tell the context they stand
    in, so of them only fields that money depends on count.
    """
    if context.library is None:
        return
    objects = {thing.name: thing for thing in context.catalog.business_objects()}
    for write in writes(context.catalog, context.library):
        thing = objects.get(write.object)
        if thing is not None and not _is_reference(write.path) and not _allowed(thing, write):
            yield _finding(thing, write)


def _is_reference(path: str) -> bool:
    name = path.rpartition(".")[2]
    return name == "id" or name.endswith("_id")


def _allowed(thing: BusinessObject, write: Write) -> bool:
    rows = thing.fields_at(write.path)
    owners = {row.owner for row in rows} or {thing.default_owner}
    if not rows and not thing.default_owner:
        return True  # no field of the payload: told where the payload is compared with its binding
    if write.component in owners or (write.event and all(row.sensitivity == "none" for row in rows)):
        return True
    return any(
        mirror.component == write.component
        and write.path.partition(".")[0] in mirror.fields
        and f"{write.contract} {write.operation}" in mirror.via
        for mirror in thing.mirrors
    )


def _finding(thing: BusinessObject, write: Write) -> Finding:
    owners = sorted({short(row.owner) for row in thing.fields_at(write.path)} or {short(thing.default_owner)})
    verb = "announces" if write.event else "lets callers write"
    carrier = write.property.location
    return Finding(
        rule="sor-second-writer",
        title=f"{short(write.component)} {verb} {thing.name}.{write.path}, owned by {' or '.join(owners)}",
        level=Level.ERROR,
        location=write.node.location,
        detail=f"{write.contract}: {write.operation}, by {carrier} {carrier.pointer}",
        remedy=(
            "Make it readOnly there, move the write to the owner, or declare the copy in systemOfRecord.mirrors: "
            f'{{component: {short(write.component)}, via: ["{write.contract} {write.operation}"], '
            f"fields: [{write.path.partition('.')[0]}]}}."
        ),
        values=(thing.name, write.path, write.component, write.contract, write.operation),
    )
