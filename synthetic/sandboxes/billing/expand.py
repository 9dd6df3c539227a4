"""Expansion: ids replaced by the objects they name, as a caller asks with `expand[]`."""

from __future__ import annotations

from copy import deepcopy

from synthetic.sandboxes.billing.desk import Desk
from synthetic.sandboxes.billing.values import BillingError, Record

DEEPEST = 4


def expanded(desk: Desk, record: Record, paths: list[str]) -> Record:
    """Return a record with each path's id replaced by its object.

    Raises:
        BillingError: A path is deeper than four levels, or names nothing that can be expanded.
    """
    if not paths:
        return record
    copy = deepcopy(record)
    for path in paths:
        steps = str(path).split(".")
        if len(steps) > DEEPEST:
            raise BillingError(f"You cannot expand more than {DEEPEST} levels of a property.", param="expand")
        _expand(desk, copy, steps, str(path))
    return copy


def _expand(desk: Desk, node: Record, steps: list[str], path: str) -> None:
    name, rest = steps[0], steps[1:]
    if name not in node:
        raise BillingError(f"This property cannot be expanded ({path}).", param="expand")
    value = node[name]
    if isinstance(value, str):
        found = desk.storage.get(value)
        if found is None:
            raise BillingError(f"This property cannot be expanded ({path}).", param="expand")
        value = node[name] = found
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, dict) and rest:
            _expand(desk, each, rest, path)
