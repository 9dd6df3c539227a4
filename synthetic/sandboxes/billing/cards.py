"""Test cards and bank accounts: Stripe's own numbers and tokens, and what becomes of a charge on them."""

from __future__ import annotations

from synthetic.sandboxes.billing.values import BillingError, Params, Record

_CARDS: dict[str, tuple[str, str, str]] = {
    # number: brand, when it is declined ("" never), why
    "4242424242424242": ("visa", "", ""),
    "5555555555554444": ("mastercard", "", ""),
    "4000002760003184": ("visa", "", ""),
    "4000000000000002": ("visa", "attach", "generic_decline"),
    "4000000000000341": ("visa", "charge", "generic_decline"),
    "4000000000009995": ("visa", "charge", "insufficient_funds"),
    "4000000000000069": ("visa", "charge", "expired_card"),
    "4000000000000259": ("visa", "dispute", "fraudulent"),
    "4000000000005126": ("visa", "refund", "expired_or_canceled_card"),
}
_TOKENS = {
    "pm_card_visa": "4242424242424242",
    "tok_visa": "4242424242424242",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_chargeDeclined": "4000000000000002",
    "pm_card_visa_chargeDeclined": "4000000000000002",
    "pm_card_chargeCustomerFail": "4000000000000341",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_chargeDeclinedExpiredCard": "4000000000000069",
    "pm_card_createDispute": "4000000000000259",
    "pm_card_refundFail": "4000000000005126",
}
_BANK = ("sepa_debit", "us_bank_account")
FAILING_IBAN = "DE62370400440532013001"
"""Debits of this account fail two days later, as in Stripe's test data."""


def method_from(params: Params, identifier: str, created: int) -> Record:
    """Return a new payment method.

    Raises:
        BillingError: Unknown type, or a card number that is no test card (no real card enters a sandbox).
    """
    kind = params.choice("type", ("card", *_BANK), "card")
    details, behaviour, reason = _card(params) if kind == "card" else _bank(kind, params)
    metadata = params.metadata()
    if behaviour:
        metadata |= {"sandbox_decline": behaviour, "sandbox_reason": reason}
    return {
        "id": identifier,
        "object": "payment_method",
        "billing_details": {"address": None, "email": None, "name": None, "phone": None},
        "created": created,
        "customer": None,
        "livemode": False,
        "metadata": metadata,
        "type": kind,
        kind: details,
    }


def _card(params: Params) -> tuple[Record, str, str]:
    card = params.part("card")
    number = card.text("number") or _TOKENS.get(card.text("token"), "")
    if number not in _CARDS:
        raise BillingError(
            "Your card number is incorrect: a sandbox takes test cards only, such as 4242424242424242.",
            status=402,
            kind="card_error",
            code="incorrect_number",
            param="number",
        )
    brand, behaviour, reason = _CARDS[number]
    details: Record = {
        "brand": brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "US",
        "exp_month": card.integer("exp_month", 12),
        "exp_year": card.integer("exp_year", 2034),
        "fingerprint": f"fp{number[-6:]}",
        "funding": "credit",
        "generated_from": None,
        "last4": number[-4:],
        "networks": {"available": [brand], "preferred": None},
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }
    return details, behaviour, reason


def _bank(kind: str, params: Params) -> tuple[Record, str, str]:
    account = params.part(kind)
    number = account.text("iban") or account.text("account_number")
    behaviour = ("later", "insufficient_funds") if number == FAILING_IBAN else ("", "")
    details: Record = {"last4": number[-4:] or "0000", "fingerprint": f"fp{number[-6:]}", "country": number[:2] or None}
    return details, *behaviour
