"""Form-encoded bodies with nested brackets, as Stripe's clients send them: `items[0][price]=p&expand[]=a`."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from synthetic.sandboxes.billing.values import BillingError, Record

LARGEST = 1_000_000
_MOST_FIELDS, _DEEPEST, _LONGEST_LIST = 2_000, 8, 500
_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")


def parsed(body: str) -> Record:
    """Return the nested parameters of a form or query string.

    Raises:
        BillingError: Too many fields, too deep, or brackets that do not match.
    """
    try:
        pairs = parse_qsl(body, keep_blank_values=True, strict_parsing=False, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise BillingError(f"At most {_MOST_FIELDS} parameters.") from None
    root: Record = {}
    for name, value in pairs:
        found = _NAME.fullmatch(name)
        if found is None:
            raise BillingError(f"Invalid parameter name: {name[:80]}", param=name[:80])
        steps = [found.group(1), *re.findall(r"\[([^\[\]]*)\]", found.group(2))]
        if len(steps) > _DEEPEST:
            raise BillingError(f"Parameters nest at most {_DEEPEST} levels.", param=steps[0])
        _place(root, steps, value)
    return {name: _lists(value, name) for name, value in root.items()}


def _place(root: Record, steps: list[str], value: str) -> None:
    node = root
    for step in steps[:-1]:
        child = node.setdefault(_index(node, step), {})
        if not isinstance(child, dict):
            raise BillingError(f"Invalid hash: {steps[0]}", param=steps[0])
        node = child
    node[_index(node, steps[-1])] = value


def _index(node: Record, step: str) -> str:
    return step or str(len(node))


def _lists(value: Any, name: str) -> Any:
    """Turn hashes whose keys count from 0 into lists."""
    if not isinstance(value, dict):
        return value
    inner = {key: _lists(each, name) for key, each in value.items()}
    if not inner or not all(key.isdecimal() for key in inner) or name == "metadata":
        return inner
    if len(inner) > _LONGEST_LIST:
        raise BillingError(f"Invalid array: {name} has more than {_LONGEST_LIST} entries.", param=name)
    return [inner[key] for key in sorted(inner, key=int)]
