"""What a name of a field or path tells: money, a moment, a person. Words of snake_case, camelCase and kebab-case."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_MONEY = _words("amount price subtotal fee fees balance cost gross vat charge surcharge payout revenue")
_MONEY_BESIDE_CURRENCY = _words("total net tax open discount paid due debit credit")
# A last word that says the name is about something else than the amount itself.
_ABOUT = _words(
    "id ids code codes type types rate rates percent percentage currency count mode reason status state date at on key "
    "name number quantity description label class category kind method model plan list book tier tiers url version "
    "ref reference period account terms until from note memo by unit units transaction intent item items schedule "
    "request response policy group limit setting settings gte lte gt lt"
)
_PERSON = tuple(
    tuple(phrase.split("-"))
    for phrase in sorted(
        _words(
            "email mail-address phone mobile first-name last-name given-name family-name full-name payer-name birth "
            "birthday birthdate ssn social-security passport iban street line1 line-1 ip-address"
        )
    )
)
_ABOUT_PERSON = _words("id ids type status verified count template at enabled sent")
_MOVES = _words(
    "payment payments refund refunds charge charges payout payouts transfer transfers posting postings settlement "
    "settlements capture void reversal reversals writeoff chargeback chargebacks disbursement disbursements "
    "reimbursement withdraw withdrawal withdrawals"
)


@lru_cache(maxsize=1 << 14)
def words(name: str) -> tuple[str, ...]:
    """Return the words of a name in lower case: `taxAmount2` is tax, amount, 2."""
    return tuple(word.lower() for word in _WORD.findall(name))


def is_money(name: str, *, beside_currency: bool) -> bool:
    """Whether a field of this name holds an amount; `total` and the like only where a currency stands beside it."""
    said = words(name)
    if not said or said[-1] in _ABOUT or said[0] in {"is", "has"}:
        return False
    return bool(_MONEY & set(said)) or (beside_currency and said[-1] in _MONEY_BESIDE_CURRENCY)


def is_currency(name: str) -> bool:
    """Whether a field of this name says which currency amounts are in."""
    return "currency" in words(name)


def is_moment(name: str) -> bool:
    """Whether a field of this name is a point in time."""
    said = words(name)
    return (len(said) > 1 and said[-1] == "at") or (bool(said) and said[-1] in {"timestamp", "datetime"})


def is_day(name: str) -> bool:
    """Whether a field of this name is a calendar day."""
    said = words(name)
    return bool(said) and said[-1] == "date"


def is_person(name: str) -> bool:
    """Whether a field of this name tells who a person is or how to reach them."""
    said = words(name)
    if not said or said[-1] in _ABOUT_PERSON or said[0] in {"is", "has"}:
        return False
    return any(said[index : index + len(part)] == part for part in _PERSON for index in range(len(said)))


def moves_money(path: str) -> bool:
    """Whether a POST to this path is taken to move money where the contract does not say: its last named segment."""
    named = [part for part in path.split("/") if part and not part.startswith("{")]
    return bool(named) and bool(_MOVES & set(words(named[-1])))
