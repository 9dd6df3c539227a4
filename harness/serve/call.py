"""One call to the server as a value, what it may do, and its answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote

from harness.history import History
from harness.model import JSON, HarnessError, NotFoundError, UsageError
from harness.model.access import Scope, Token


class NoTokenError(UsageError):
    """The call writes and carries no valid token (HTTP 401)."""


class ForbiddenError(UsageError):
    """The call carries a token that does not allow it (HTTP 403)."""


_HOW = "harness token create NAME --scope write --participant NAME, then send it as a bearer token"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that webhooks may wait for.

    Attributes:
        name: Such as `contract_published`.
        consumer: Name of the consumer.
        provider: Name of the provider.
        values: What `${pactbroker.NAME}` stands for in a webhook.
    """

    name: str
    consumer: str
    provider: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered: a JSON body or none, and what happened by it."""

    body: JSON = None
    status: int = 200
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """One call.

    Attributes:
        history: The store.
        params: Parts of the path.
        query: Pairs of the query, in order.
        body: The JSON body, None without one.
        base: Scheme, host and port that the caller used.
        token: Who calls, None without a valid token.
    """

    history: History
    params: dict[str, str] = field(default_factory=dict)
    query: tuple[tuple[str, str], ...] = ()
    body: JSON = None
    base: str = ""
    token: Token | None = None

    def url(self, *parts: str) -> str:
        """Return the absolute address of a path of which each part is escaped."""
        return self.base + "".join(f"/{quote(part, safe='')}" for part in parts)

    def link(self, *parts: str, name: str = "", title: str = "") -> dict[str, JSON]:
        """Return a HAL link to a path."""
        link: dict[str, JSON] = {"href": self.url(*parts)}
        return link | ({"name": name} if name else {}) | ({"title": title} if title else {})

    def members(self) -> dict[str, JSON]:
        """Return the members of the body.

        Raises:
            UsageError: The body is no object.
        """
        if not isinstance(self.body, dict):
            raise UsageError("a JSON object is needed as body", remedy="Send application/json.")
        return self.body

    def text(self, name: str, default: str = "") -> str:
        """Return a text of the body; what is no text counts as absent."""
        value = self.members().get(name)
        return value if isinstance(value, str) else default

    def check_write(self, participant: str) -> None:
        """Refuse unless the caller may write facts of this participant.

        Raises:
            NoTokenError: Nobody says who calls.
            ForbiddenError: The token is for reading, or for another participant.
        """
        token = self._token()
        if Scope.WRITE not in token.scopes or token.participant != participant:
            raise ForbiddenError(
                f'the token "{token.name}" does not write for {participant}',
                remedy=f"Use a token of {participant}: harness token create NAME --scope write --participant ...",
            )

    def check_operate(self) -> None:
        """Refuse unless the caller may change environments, participants and webhooks.

        Raises:
            NoTokenError: Nobody says who calls.
            ForbiddenError: The token does not operate.
        """
        token = self._token()
        if Scope.OPERATE not in token.scopes:
            raise ForbiddenError(
                f'the token "{token.name}" does not operate', remedy="harness token create NAME --scope operate"
            )

    def _token(self) -> Token:
        if self.token is None:
            raise NoTokenError("this call writes, and no valid token says who calls", remedy=_HOW)
        return self.token


Handler = Callable[[Call], Answer]


def status_of(error: HarnessError) -> int:
    """Return the HTTP status that tells a client what to do about an error."""
    from harness.history import ConflictError  # noqa: PLC0415  (rare)

    for kind, status in ((NoTokenError, 401), (ForbiddenError, 403), (ConflictError, 409), (NotFoundError, 404)):
        if isinstance(error, kind):
            return status
    return 400 if isinstance(error, UsageError) else 422
