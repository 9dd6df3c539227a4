"""What a pact says: who uses which operation of which contract, and which fields of the body."""

from __future__ import annotations

from dataclasses import dataclass

from harness.model import Direction, Location


@dataclass(frozen=True, slots=True, order=True)
class Body:
    """The example body of one side of an interaction.

    Attributes:
        pointers: Every JSON pointer the example holds, arrays indexed by `*`, sorted; `("",)` for a bare scalar.
        leaves: Those of `pointers` below which the example says nothing: scalars, `{}` and `[]`.
        matchers: The matchers of each pointer as (pointer, names), such as `("/total", "integer")`; a pointer that
            is not here is compared by equality.
    """

    pointers: tuple[str, ...] = ()
    leaves: frozenset[str] = frozenset()
    matchers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Interaction:
    """One request with its response, or one message, as the pact file states it.

    Attributes:
        description: The consumer's words.
        method: Upper case, "" for a message.
        path: The concrete path of the example, without query; "" for a message.
        status: The expected status as text, "" for a message.
        message: Name or CloudEvents type of the message, "" for a request.
        request: Body sent by the consumer, None if there is none.
        response: Body read by the consumer, None if there is none.
        location: Where the interaction stands.
        states: Names of the provider states it needs.
        pending: Whether its failure is not to fail a verification.
        reference: The operationId it names in `comments.references`, "" if none.
    """

    description: str
    method: str
    path: str
    status: str
    message: str
    request: Body | None
    response: Body | None
    location: Location
    states: tuple[str, ...] = ()
    pending: bool = False
    reference: str = ""

    @property
    def operation(self) -> str:
        """`GET /invoices/in_1` or `message invoice.finalised`, before any template is matched."""
        return f"{self.method} {self.path}" if self.method else f"message {self.message}"


@dataclass(frozen=True, slots=True)
class Pact:
    """One pact file, read tolerantly (specification versions 2 to 4).

    Attributes:
        consumer: Name as in the file.
        provider: Name as in the file; a contract name, or a component that provides exactly one contract.
        version: Version of the consumer that wrote it (`metadata.consumerVersion`), "" if nobody says.
        specification: `2.0.0` to `4.0`.
        interactions: In file order.
        path: The file.
        raw: The digest of the bytes, so that an edited pact is seen.
    """

    consumer: str
    provider: str
    version: str
    specification: str
    interactions: tuple[Interaction, ...]
    path: str
    raw: str


@dataclass(frozen=True, slots=True)
class FieldUse:
    """One field that one interaction of one consumer sends or reads.

    Attributes:
        consumer: Name as in the pact.
        provider: Contract name.
        operation: `GET /invoices/{id}` (template of the contract), `message invoice.finalised`, or the untemplated
            operation where `matched` is False.
        status: Expected status of a response, "" for a request body or message.
        pointer: JSON pointer into the body, arrays indexed by `*`; "" is the body itself.
        direction: Seen from the provider: `SENT` is read by the consumer, `RECEIVED` is written by it.
        interaction: The consumer's words.
        location: Where the interaction stands.
        matched: Whether the operation was found in the contract.
        leaf: Whether the example says nothing below `pointer`.
        matcher: Names of the matchers, `equality` where the value must be exactly the example's.
        value_sensitive: Whether another value of the same type would fail the consumer.
        version: Version of the consumer that wrote the pact, "" if nobody says.
    """

    consumer: str
    provider: str
    operation: str
    status: str
    pointer: str
    direction: Direction
    interaction: str
    location: Location
    matched: bool = True
    leaf: bool = True
    matcher: str = ""
    value_sensitive: bool = False
    version: str = ""
