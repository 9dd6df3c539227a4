"""Knows whether a contract change is safe, for whom, and whether the money arrived.

The public functions are loaded when first used (PEP 562), so that `harness --help` stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.compat import compare_contracts
    from harness.schema import SchemaComparison, compare_schemas

__all__ = ["SchemaComparison", "__version__", "compare_contracts", "compare_schemas"]

__version__ = "0.1.0"

_HOMES = {
    "compare_contracts": "harness.compat",
    "compare_schemas": "harness.schema",
    "SchemaComparison": "harness.schema",
}


def __getattr__(name: str) -> object:
    """Import a public name from its room on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module 'harness' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
