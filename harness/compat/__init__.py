"""Two contracts to changes: what changed, one change per root cause, and what is proved about each.

`compare_contracts(old, new, *, kind=None, content_model=None, as_of=None)` takes paths or root nodes;
`compare_nodes(old, new, old_library, new_library, kind, content_model, as_of)` takes loaded documents.
Both return `harness.model.ContractComparison`.

Shared by every contract language: `harness.compat.schemas.SchemaComparison` (schema changes with direction and
carriers), `harness.compat.drafts.Draft` (a change at one place), `harness.compat.change_log.finish` (drafts to
sorted changes), `harness.compat.compare.conclude` (verdict and version step over a document).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.model import ContractComparison

if TYPE_CHECKING:
    from harness.compat.compare import compare_contracts, compare_nodes

__all__ = ["ContractComparison", "compare_contracts", "compare_nodes"]


def __getattr__(name: str) -> object:
    """Load the comparators on first use: start-up pays nothing."""
    if name in ("compare_contracts", "compare_nodes"):
        from harness.compat import compare  # noqa: PLC0415  (start-up)

        return getattr(compare, name)
    raise AttributeError(name)
