"""Who may write to a served store, and whom it calls back. Imported as `harness.model.access`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from harness.model.json import JSON


class Scope(StrEnum):
    """What a token allows."""

    READ = "read"
    WRITE = "write"
    OPERATE = "operate"


@dataclass(frozen=True, slots=True)
class Token:
    """A token without its secret.

    Attributes:
        name: Unique.
        scopes: `read` sees everything; `write` adds pacts, results, versions and deployments of its participant;
            `operate` changes environments, participants and webhooks.
        participant: Whose facts it writes.
        created: When it was made.
        expires: When it ends by itself.
        revoked: When it was ended by hand, None if it was not.
    """

    name: str
    scopes: tuple[Scope, ...]
    participant: str
    created: datetime
    expires: datetime
    revoked: datetime | None = None


@dataclass(frozen=True, slots=True)
class Webhook:
    """A call to make when something happens to a pact.

    Attributes:
        uuid: Unique.
        events: Names of the events that set it off.
        request: Method, url, headers and body, with `${pactbroker.…}` in them.
        consumer: Only pacts of this consumer, "" for all.
        provider: Only pacts with this provider, "" for all.
        description: For people.
        enabled: Whether it is called at all.
        created: When it was entered.
    """

    uuid: str
    events: tuple[str, ...]
    request: dict[str, JSON]
    consumer: str = ""
    provider: str = ""
    description: str = ""
    enabled: bool = True
    created: datetime | None = None


@dataclass(frozen=True, slots=True)
class WebhookCall:
    """One call of a webhook and how it ended.

    Attributes:
        webhook: Its uuid.
        event: What set it off.
        at: When.
        success: Whether the answer was a 2xx.
        status: Status of the answer, None without one.
        reason: A sentence where there was none.
    """

    webhook: str
    event: str
    at: datetime
    success: bool
    status: int | None = None
    reason: str = ""
