"""What one comparison says."""

from __future__ import annotations

from dataclasses import dataclass

from harness.model import Level

WARNINGS = frozenset(
    {
        "message.payload.unknown",
        "message.payload.unvalidatable",
        "message.response.missing",
        "request.accept.unknown",
        "request.body.unknown",
        "request.body.unvalidatable",
        "request.content-type.missing",
        "request.content-type.unknown",
        "request.header.unknown",
        "request.query.unknown",
        "response.body.unvalidatable",
        "response.content-type.unknown",
        "response.header.undefined",
        "response.status.default",
    }
)
"""Codes that leave the pact usable; every other code but `message.matched` is an error."""


@dataclass(frozen=True, slots=True)
class Result:
    """One difference between an interaction and the specification.

    Attributes:
        code: The comparator's code, such as `response.body.incompatible`.
        message: One sentence about this place.
        pact: JSON pointer into the pact.
        spec: JSON pointer into the specification, "" where no place of it is meant.
        specification: `openapi` or `asyncapi`: which document `spec` points into; "" for neither.
        causes: For `message.no.match`: why each message of the operation does not fit.
    """

    code: str
    message: str
    pact: str
    spec: str = ""
    specification: str = ""
    causes: tuple[Result, ...] = ()

    @property
    def level(self) -> Level:
        """How loud: an error is a pact that the provider need not satisfy."""
        if self.code == "message.matched":
            return Level.INFO
        return Level.WARNING if self.code in WARNINGS else Level.ERROR
