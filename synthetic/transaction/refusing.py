"""What the middleware says of a document that is missing in the books: found wrong, without a row, or not taken."""

from __future__ import annotations

from synthetic.deeds import Boundary, Call, RefusedError, UnreachableError

_FOUND_WRONG = frozenset(
    {
        "tax-differs",
        "tax-parts-differ",
        "tax-code-differs",
        "lines-differ",
        "total-differs",
        "entity-differs",
        "collector-differs",
        "amount-invalid",
        "currency-differs",
        "credit-exceeds",
        "refund-exceeds",
        "not-final",
        "tax-code-unmapped",
        "sku-unmapped",
        "class-unmapped",
        "account-unmapped",
        "terms-unmapped",
        "entity-unknown",
        "rate-missing",
        "period-closed",
    }
)
"""Codes of the exception queue that say what is wrong with a document, or which row it lacks: who owns that acts first,
and a replay helps nobody before he has."""
_SUFFIX = "_posting_of"
_NAMED = {"posting_of": "invoice", "application_of": "payment"}
"""Looks whose name does not begin with the document they ask for."""


async def found_wrong(boundary: Boundary, call: Call) -> tuple[str, str]:
    """Return what is wrong with a document that a look at the books misses, and the code that says so, or "" twice.

    Found wrong by the middleware, or by books that it contradicts itself in or that know no row for it. What was
    refused for another reason stays missing: there nobody looked at the document.
    """
    kind = _NAMED.get(call.operation, call.operation.removesuffix(_SUFFIX) if call.operation.endswith(_SUFFIX) else "")
    named = call.request.get(kind)
    if call.port != "erp" or not isinstance(named, str):
        return "", ""
    try:
        found = await boundary.perform(Call("sync", "exceptions_of", {"object": named}))
    except (UnreachableError, RefusedError):
        return "", ""
    code = str(found.get("code", ""))
    return (str(found.get("category", "")), code) if code in _FOUND_WRONG else ("", "")
