"""Whether running systems keep their contracts: answers of an API, messages of a bus, and money in any order.

`events` holds captured messages against AsyncAPI; `api` has Schemathesis try an OpenAPI contract on a running server;
`money` is a state machine over any billing port. Nothing here starts a server.
"""

from harness.conform.contracts import Target, open_target
from harness.conform.events import EventConformance, EventRules, Messages, check_events

__all__ = ["EventConformance", "EventRules", "Messages", "Target", "check_events", "open_target"]
