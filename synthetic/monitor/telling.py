"""Tells people: the webhook built in, message services by Apprise, and the terminal where nothing is set."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from harness.model import UsageError
from synthetic.monitor.notices import Notice, Occasion, to_json, to_text
from synthetic.monitor.webhook import DeliveryError, Target, post


@dataclass(frozen=True, slots=True)
class Telling:
    """Everybody who is told; a message counts as sent when every one of them took it.

    Attributes:
        targets: Webhooks.
        services: Addresses of message services as Apprise writes them; they hold secrets.
        now: Time of the signatures.
        show: Also told, for a person who watches; the only one where nothing else is set.
    """

    targets: Sequence[Target] = ()
    services: Sequence[str] = field(default=(), repr=False)
    now: Callable[[], datetime] | None = None
    show: Callable[[str], None] = field(default=lambda _text: None)

    def check(self) -> None:
        """Refuse what could never be sent, before anything is wrong.

        Raises:
            UsageError: An address that is not called, or Apprise is not installed.
        """
        for target in self.targets:
            target.checked()
        if self.services and importlib.util.find_spec("apprise") is None:
            raise UsageError(
                "message services need the extra `alerts`", remedy='pip install "contract-harness[alerts]"'
            )

    def send(self, notice: Notice) -> None:
        """Tell everybody.

        Raises:
            DeliveryError: Somebody was not reached; all are told again, under the same id.
        """
        self.show(to_text(notice))
        clock = self.now
        for target in self.targets:
            if clock is None:
                post(target, to_json(notice), name=notice.id)
            else:
                post(target, to_json(notice), name=notice.id, now=lambda: clock().timestamp())
        if self.services:
            self._relay(notice)

    def _relay(self, notice: Notice) -> None:
        apprise = importlib.import_module("apprise")
        relay = apprise.Apprise()
        for service in self.services:
            if not relay.add(service):
                raise DeliveryError("an address of a message service cannot be read", remedy="See Apprise's list.")
        kind = apprise.NotifyType.SUCCESS if notice.occasion is Occasion.RECOVERED else apprise.NotifyType.FAILURE
        if not relay.notify(body=to_text(notice), title=notice.headline[:120], notify_type=kind):
            raise DeliveryError("a message service did not take the message", remedy="It is tried again.")
