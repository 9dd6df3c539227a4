"""What changed in a shared component is told once; what no payload can show says why it breaks."""

from __future__ import annotations

from typing import Any

from openapi_documents import compare, document, only

from harness.model import Basis, Verdict


def limited(**headers: Any) -> dict[str, Any]:
    reference = {"$ref": "#/components/responses/TooMany"}
    operation = {"responses": {"204": {"description": "done"}, "429": reference}}
    shared = {"TooMany": {"description": "slow down", "headers": headers}}
    return document({"/a": {"get": operation}, "/b": {"get": operation}}, components={"responses": shared})


RESET = {"schema": {"type": "integer"}}


def test_a_header_added_to_a_shared_response_is_one_change() -> None:
    change = only(compare(limited(), limited(Reset=RESET)))
    assert change.title == "response TooMany now carries header Reset"
    assert change.reached_from == ("GET /a 429", "GET /b 429")


def test_a_header_removed_from_a_shared_response_says_why_it_breaks() -> None:
    change = only(compare(limited(Reset=RESET), limited()))
    assert (change.verdict, change.basis) == (Verdict.BREAKING, Basis.RULE)
    assert change.title == "response TooMany no longer carries header Reset"
    assert change.reason == "Readers of this header no longer find it."
