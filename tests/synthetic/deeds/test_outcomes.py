"""How a call ended is told in a few words, and every call is heard once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from synthetic.deeds import Boundary, ExpiredError, RefusedError, UnreachableError
from synthetic.deeds.calls import Call
from synthetic.deeds.outcomes import error_type


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (None, ""),
        (RefusedError("erp", "period-closed", "period 2027-01 is closed 503 times"), "4xx"),
        (ExpiredError("erp"), "401"),
        (UnreachableError("erp", "429 too many requests"), "429"),
        (UnreachableError("erp", "it answered 502 without an object"), "502"),
        (UnreachableError("erp", "timed out"), "timeout"),
        (UnreachableError("erp", "nobody answers there"), "connection"),
    ],
)
def test_an_end_has_one_word(error, word):
    assert error_type(error) == word


class _Now:
    def now(self):
        return datetime(2027, 1, 1, tzinfo=UTC)


class _Erp:
    def __init__(self):
        self.renewed = 0

    def call(self, attempt):
        if attempt.operation == "party_of" and not self.renewed:
            raise ExpiredError("erp")
        if attempt.operation == "posting_of":
            raise UnreachableError("erp", "503 service unavailable")
        return {"count": 1}

    def renew(self):
        self.renewed += 1


def test_every_call_is_heard_also_the_one_before_a_new_token():
    heard = []
    boundary = Boundary(
        {"erp": _Erp()}, _Now(), heard=lambda port, error, seconds: heard.append((port, error, seconds))
    )
    asyncio.run(boundary.perform(Call("erp", "party_of")))
    with pytest.raises(UnreachableError):
        asyncio.run(boundary.perform(Call("erp", "posting_of")))
    assert [one[:2] for one in heard] == [("erp", "401"), ("erp", ""), ("erp", "503")]
    assert all(one[2] >= 0 for one in heard)
