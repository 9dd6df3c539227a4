"""The billing sandbox with a defect planted in it, as handlers for `harness pact verify`.

A provider state of a pact may carry the defect as parameters: `without` a member, `retyped`, `emptied` (null), `grown`
(another word), each by its pointer with `*` for every item; `status`; `refused`. So one run tries many defects.
"""

from __future__ import annotations

import json
from contextlib import contextmanager

from starlette.responses import Response

from synthetic.sandboxes.billing import pact_provider
from synthetic.sandboxes.loopback import served

PLANTED = {}


def _changed(value, pointer, change):
    """Apply a change to every place of a pointer."""
    head, _, rest = pointer.removeprefix("/").partition("/")
    if head == "*":
        for item in value if isinstance(value, list) else []:
            _changed(item, "/" + rest, change)
    elif isinstance(value, dict) and head in value:
        if rest:
            _changed(value[head], "/" + rest, change)
        else:
            change(value, head)
    return value


def _retype(value, name):
    value[name] = str(value[name]) if isinstance(value[name], (int, bool)) else 1


CHANGES = {
    "without": lambda value, name: value.pop(name),
    "retyped": _retype,
    "emptied": lambda value, name: value.update({name: None}),
    "grown": lambda value, name: value.update({name: "disputed"}),
}


def planted(body):
    for kind, pointer in PLANTED.items():
        if kind in CHANGES:
            body = _changed(body, pointer, CHANGES[kind])
    return body


class Defective:
    """Passes requests to the sandbox and spoils its answers."""

    async def __call__(self, scope, receive, send):
        sent = {"status": 200, "body": b"", "headers": []}

        async def collect(message):
            if message["type"] == "http.response.start":
                sent.update(status=message["status"], headers=message["headers"])
            else:
                sent["body"] += message.get("body", b"")

        await pact_provider.STAGE(scope, receive, collect)
        body = json.dumps(planted(json.loads(sent["body"]))).encode()
        headers = {key.decode(): value.decode() for key, value in sent["headers"] if key != b"content-length"}
        await Response(body, int(PLANTED.get("status", sent["status"])), headers)(scope, receive, send)


def _set(state):
    def establish(**defect):
        PLANTED.clear()
        PLANTED.update(defect)
        pact_provider.STAGE.set(state)

    return establish


class Producers(dict):
    """Producers by description; what stands after a `|` only tells two tries apart."""

    def __contains__(self, name):
        return super().__contains__(name.partition("|")[0])

    def __getitem__(self, name):
        made = super().__getitem__(name.partition("|")[0])
        return lambda: planted(made())


STATES = {name: _set(name) for name in pact_provider.STATES}
MESSAGES = Producers(pact_provider.MESSAGES)


@contextmanager
def provider():
    with served(Defective()) as url:
        yield url
