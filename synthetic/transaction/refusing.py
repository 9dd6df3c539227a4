"""What the middleware says of a document that is missing in the books: found wrong, or only not taken."""

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
    }
)
"""Codes of the exception queue that say what is wrong with a document, and not that somebody did not take it."""


async def found_wrong(boundary: Boundary, call: Call) -> str:
    """Return what is wrong with a document that is missing because somebody found it wrong; "" if nobody did.

    Found wrong by the middleware, or by books that it contradicts itself in. What was refused for another reason
    stays missing: there nobody looked at the document, but at what could be made of it.
    """
    named = call.request.get(call.operation.removesuffix("posting_of").strip("_") or "invoice")
    if call.port != "erp" or not call.operation.endswith("posting_of") or not isinstance(named, str):
        return ""
    try:
        found = await boundary.perform(Call("sync", "exceptions_of", {"object": named}))
    except (UnreachableError, RefusedError):
        return ""
    return str(found.get("category", "")) if found.get("code") in _FOUND_WRONG else ""
