"""Money in any order: a state machine over a billing port, for Hypothesis to break.

    from harness.conform.money import Billed, money_machine
    TestMoney = money_machine(lambda: Billed(MyBilling()), refused=MyRefusal).TestCase

Deeds are drafted, finalised, paid, credited, refunded, voided and repeated in any order, by the words of
`harness.ports.Billing` (Stripe's field names). What must hold after every step: an invoice is its parts, what was
refunded was paid, one fact is one event, and a key that was used once does nothing twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from harness.model import HarnessError
from harness.ports import Billing

Invoice = dict[str, Any]
ONCE = ("invoice.finalized", "invoice.paid", "invoice.voided", "customer.subscription.deleted")


class MoneyError(HarnessError):
    """A billing system lost, made or doubled money."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Billed:
    """A billing system to try.

    Attributes:
        port: Its port; each example begins with a fresh one.
        customer: The request that makes a customer who can pay.
        subscription: The request that subscribes the customer, without the customer; {} tries no subscriptions.
        currency: Of the invoices.
        close: Lets go of it after an example.
    """

    port: Billing
    customer: Mapping[str, Any] = field(default_factory=dict)
    subscription: Mapping[str, Any] = field(default_factory=dict)
    currency: str = "eur"
    close: Callable[[], None] = lambda: None


@dataclass(slots=True)
class _Known:
    """What the machine believes of one invoice."""

    total: int
    state: str = "draft"
    credited: int = 0
    refunded: int = 0
    charge: str = ""


def money_machine(
    begin: Callable[[], Billed], refused: type[Exception] | tuple[type[Exception], ...]
) -> type[RuleBasedStateMachine]:
    """Return a state machine over the billing system that `begin` opens.

    Args:
        begin: Opens a fresh, empty system.
        refused: What the port raises where billing refuses a deed.
    """

    class Money(_Money):
        opened = staticmethod(begin)
        refusal = refused

    return Money


class _Money(RuleBasedStateMachine):
    opened: Callable[[], Billed]
    refusal: type[Exception] | tuple[type[Exception], ...]

    def __init__(self) -> None:
        super().__init__()
        self._system = self.opened()
        self._port = self._system.port
        self._known: dict[str, _Known] = {}
        self._deeds: list[tuple[str, Callable[[str], Any], Any]] = []
        self._subscriptions: dict[str, bool] = {}
        self._number = 0
        self._customer = ""

    def teardown(self) -> None:
        """Let go of the system."""
        self._system.close()

    @initialize()
    def customer(self) -> None:
        """Make a customer who can pay."""
        made = self._do(lambda key: self._port.create_customer(self._system.customer, key=key))
        self._customer = str(made["id"])

    @rule(amounts=st.lists(st.integers(1, 1_000_000), min_size=1, max_size=3))
    def draft(self, amounts: list[int]) -> None:
        """Draft an invoice of some lines."""
        lines = [{"amount": amount, "currency": self._system.currency, "description": "a line"} for amount in amounts]
        request = {"customer": self._customer, "currency": self._system.currency, "lines": lines}
        made = self._do(lambda key: self._port.draft_invoice(request, key=key))
        self._known[str(made["id"])] = _Known(int(made["total"]))
        _hold(int(made["total"]) == sum(amounts), f"a draft of {amounts} is {made['total']}")

    @precondition(lambda self: self._known)
    @rule(data=st.data())
    def finalise(self, data: st.DataObject) -> None:
        """Finalise an invoice; only a draft can be."""
        name, known = self._one(data)
        self._try(lambda key: self._port.finalise(name, key=key), known, {"draft": "open"}, name)

    @precondition(lambda self: self._known)
    @rule(data=st.data())
    def pay(self, data: st.DataObject) -> None:
        """Pay an invoice; only an open one can be, or a draft where paying finalises it; paid is paid once."""
        name, known = self._one(data)
        may = known.state == "draft"
        self._try(
            lambda key: self._port.pay(name, {}, key=key), known, {"open": "paid", "draft": "paid"}, name, may=may
        )
        if known.state == "paid":
            known.charge = str(self._port.invoice(name).get("charge") or known.charge)

    @precondition(lambda self: self._known)
    @rule(data=st.data())
    def void(self, data: st.DataObject) -> None:
        """Void an invoice; what was paid cannot be, and what was credited need not be."""
        name, known = self._one(data)
        may = known.credited > 0
        self._try(lambda key: self._port.void(name, key=key), known, {"open": "void"}, name, may=may)

    @precondition(lambda self: any(known.charge for known in self._known.values()))
    @rule(data=st.data())
    def refund(self, data: st.DataObject) -> None:
        """Give money back; never more than was paid."""
        known = data.draw(st.sampled_from([known for known in self._known.values() if known.charge]))
        part = data.draw(_amounts(known.total - known.refunded))
        fits = known.refunded + part <= known.total
        request = {"charge": known.charge, "amount": part}
        made = self._attempt(lambda key: self._port.refund(request, key=key))
        _hold((made is not None) == fits, f"{part} of {known.total} was refunded after {known.refunded}: {made}")
        known.refunded += part if made is not None else 0

    @precondition(lambda self: any(known.state == "open" for known in self._known.values()))
    @rule(data=st.data())
    def credit(self, data: st.DataObject) -> None:
        """Credit part of an open invoice; never more than is open."""
        names = [name for name, known in self._known.items() if known.state == "open"]
        name = data.draw(st.sampled_from(names))
        known = self._known[name]
        part = data.draw(_amounts(known.total - known.credited))
        fits = known.credited + part <= known.total
        made = self._attempt(lambda key: self._port.credit({"invoice": name, "amount": part}, key=key))
        _hold((made is not None) == fits, f"{part} of {known.total} was credited after {known.credited}: {made}")
        if made is not None:
            known.credited += part
            known.state = "paid" if known.credited == known.total else known.state

    @precondition(lambda self: self._system.subscription)
    @rule()
    def subscribe(self) -> None:
        """Begin a subscription, which bills at once."""
        request = {**self._system.subscription, "customer": self._customer}
        made = self._do(lambda key: self._port.subscribe(request, key=key))
        self._subscriptions[str(made["id"])] = True

    @precondition(lambda self: self._subscriptions)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        """End a subscription; it ends once."""
        name = data.draw(st.sampled_from(list(self._subscriptions)))
        made = self._attempt(lambda key: self._port.cancel(name, {}, key=key))
        _hold((made is not None) == self._subscriptions[name], f"{name} was cancelled twice: {made}")
        self._subscriptions[name] = False

    @precondition(lambda self: self._deeds)
    @rule(data=st.data())
    def again(self, data: st.DataObject) -> None:
        """Do a deed again under its key, as after a lost answer: the same answer, and nothing happens twice."""
        key, deed, first = data.draw(st.sampled_from(self._deeds))
        events = self._events()
        answer = deed(key)
        _hold(answer.get("id") == first.get("id"), f"the key {key} made {first.get('id')} and then {answer.get('id')}")
        _hold(self._events() == events, f"the key {key} was used again and something happened")

    @invariant()
    def every_invoice_is_its_parts(self) -> None:
        """What is open, paid and credited is the total; a state that nobody asked for is none."""
        for name, known in self._known.items():
            found = self._port.invoice(name)
            parts = {part: int(found.get(part) or 0) for part in ("amount_paid", "amount_remaining")}
            credit = int(found.get("pre_payment_credit_notes_amount") or 0)
            _hold(found["total"] == known.total, f"{name} was {known.total} and is {found['total']}")
            _hold(found["status"] == known.state, f"{name} should be {known.state} and is {found['status']}")
            _hold(credit == known.credited, f"{name} was credited {known.credited} and says {credit}")
            if known.state in ("open", "paid"):
                _hold(
                    sum(parts.values()) + credit == known.total, f"{name} is {known.total}, its parts {parts}, {credit}"
                )
            if known.state == "paid":
                _hold(parts["amount_remaining"] == 0, f"{name} is paid and {parts['amount_remaining']} is open")

    @invariant()
    def nobody_is_billed_twice(self) -> None:
        """Each subscription bills its term once, and every invoice of the customer, whoever made it, is its parts."""
        found = self._port.invoices(customer=self._customer) if self._customer else []
        billed = Counter(str(one["subscription"]) for one in found if one.get("subscription"))
        for name in self._subscriptions:
            _hold(billed[name] == 1, f"the first term of {name} was billed {billed[name]} times")
        for one in found:
            parts = sum(
                int(one.get(part) or 0)
                for part in ("amount_paid", "amount_remaining", "pre_payment_credit_notes_amount")
            )
            is_settled = one["status"] in ("open", "paid")
            _hold(not is_settled or parts == one["total"], f"{one['id']} is {one['total']}, its parts are {parts}")

    @invariant()
    def one_fact_is_one_event(self) -> None:
        """No event has the id of another; an invoice is finalised, paid and voided once at most."""
        events = self._port.events(limit=1_000_000)
        ids = Counter(str(event["id"]) for event in events)
        facts = Counter((event["type"], _subject(event)) for event in events if event["type"] in ONCE)
        for name, count in (*ids.items(), *facts.items()):
            _hold(count == 1, f"{name} came {count} times")
        for name, known in self._known.items():
            paid = facts["invoice.paid", name]
            _hold(paid == (known.state == "paid"), f"{name} is {known.state} and was told paid {paid} times")

    def _one(self, data: st.DataObject) -> tuple[str, _Known]:
        name = data.draw(st.sampled_from(list(self._known)))
        return name, self._known[name]

    def _try(
        self, deed: Callable[[str], Any], known: _Known, moves: Mapping[str, str], name: str, *, may: bool = False
    ) -> None:
        """Do a deed that moves an invoice from one state to another, and is refused in every other state.

        Args:
            deed: What is done, under a key.
            known: What is believed of the invoice.
            moves: State after by state before.
            name: Id of the invoice.
            may: Whether a deed that moves it may be refused all the same, since billing systems differ there.
        """
        made = self._attempt(deed)
        wanted = moves.get(known.state)
        is_right = (made is not None) == (wanted is not None) or (may and made is None)
        _hold(is_right, f"{name} was {known.state} and the deed gave {made}")
        if made is not None and wanted is not None:
            known.state = wanted

    def _attempt(self, deed: Callable[[str], Any]) -> Any:
        events = self._events()
        try:
            return self._do(deed)
        except self.refusal:
            after = Counter(kind for _, kind in self._events() - events)
            _hold(not any(after[kind] for kind in ONCE), f"a deed was refused and did {dict(after)}")
            return None

    def _do(self, deed: Callable[[str], Any]) -> Any:
        self._number += 1
        key = f"key-of-deed-{self._number}"
        made = deed(key)
        self._deeds.append((key, deed, made))
        return made

    def _events(self) -> set[tuple[str, str]]:
        return {(str(event["id"]), str(event["type"])) for event in self._port.events(limit=1_000_000)}


def _amounts(left: int) -> st.SearchStrategy[int]:
    """Return amounts around what is left, where mistakes are made."""
    return st.sampled_from(sorted({max(left, 1), left + 1, max(left // 2, 1)})) | st.integers(1, max(left, 1))


def _subject(event: Mapping[str, Any]) -> str:
    return str(event["data"]["object"]["id"])


def _hold(is_so: bool, said: str) -> None:  # noqa: FBT001  (an assertion with words)
    if not is_so:
        raise MoneyError(said, remedy="The steps above are the shortest that do it.")
