"""Business situations as somebody outside would write them: nothing here knows how the package is built."""

# ruff: noqa: ARG001  (a fault has these three arguments, whatever it needs of them)

from dataclasses import replace
from datetime import date, timedelta

from synthetic.faults import RefusedError, fault


@fault("subscribed-twice-under-another-key", port="billing", operation="subscribe", names={"duplicate"})
def subscribed_twice(call, forward, rng):
    """A retry under a new key makes a second subscription."""
    forward()
    return forward(replace(call, key=call.key + "-again"))


@fault("second-party-of-the-account", port="erp", operation="register_party", names={"identity"})
def second_party(call, forward, rng):
    """The customer gets a second party, under an id that nobody asks for."""
    answer = forward()
    call.request["customer"]["id"] += "-copy"
    forward(call)
    return answer


@fault("redelivery-does-nothing", port="sync", operation="redeliver", names={"missing"})
def silent(call, forward, rng):
    """The duplicate that a probe relies on never comes."""
    return {}


@fault("payout-kept-short", port="erp", operation="post_payout", names={"amount"})
def payout_short(call, forward, rng):
    """A part of what the bank got is called fees."""
    call.request.payout.amount -= 100
    call.request.payout.fees += 100
    return forward(call)


@fault("late-document-in-its-own-period", port="erp", operation="posting_of", names={"period"})
def late_in_period(call, forward, rng):
    """A late document stands in the period that was closed."""
    answer = forward()
    if answer["late"]:
        answer["posting_period"] = answer["tax_period"]
    return answer


@fault("schedule-a-day-short", port="erp", operation="post_invoice", names={"deferral"})
def day_short(call, forward, rng):
    """The last day of service is lost on the way."""
    for line in call.request["invoice"]["lines"]:
        line["service_end"] = str(date.fromisoformat(line["service_end"]) - timedelta(days=1))
    return forward(call)


@fault("tax-by-code-says-another-code", port="erp", operation="post_invoice", names={"tax"})
def other_code(call, forward, rng):
    """The taxes by code are not those of the lines, which an ERP refuses."""
    for row in call.request["invoice"]["tax_breakdown"]:
        row["tax_code"] = "DE-S7"
    return forward(call)


@fault("answer-of-a-posting-lost", port="erp", operation="post_invoice", names={"duplicate"})
def answer_lost(call, forward, rng):
    """The work is done and the answer is lost: whoever tries again must not post twice, which is absorbed."""
    answer = forward()
    if not call.memory.get("lost"):
        call.memory["lost"] = True
        raise TimeoutError("no answer")
    return answer


@fault("nobody-can-cancel", port="billing", operation="cancel", names={"control"})
def nobody_cancels(call, forward, rng):
    """What a run made cannot be taken back."""
    raise RefusedError("billing", "locked", "nobody cancels here")
