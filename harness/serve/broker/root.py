"""The start of the Pact Broker API: where everything is."""

from __future__ import annotations

from harness.model import JSON
from harness.serve.call import Answer, Call

_TEMPLATES = {
    "pb:publish-contracts": "/contracts/publish",
    "pb:latest-pact-versions": "/pacts/latest",
    "pb:pacticipants": "/pacticipants",
    "pb:pacticipant": "/pacticipants/{pacticipant}",
    "pb:pacticipant-version": "/pacticipants/{pacticipant}/versions/{version}",
    "pb:pacticipant-version-tag": "/pacticipants/{pacticipant}/versions/{version}/tags/{tag}",
    "pb:pacticipant-branch": "/pacticipants/{pacticipant}/branches/{branch}",
    "pb:pacticipant-branch-version": "/pacticipants/{pacticipant}/branches/{branch}/versions/{version}",
    "pb:latest-version": "/pacticipants/{pacticipant}/latest-version",
    "pb:latest-tagged-version": "/pacticipants/{pacticipant}/latest-version/{tag}",
    "pb:latest-branch-version": "/pacticipants/{pacticipant}/branches/{branch}/latest-version",
    "pb:latest-provider-pacts": "/pacts/provider/{provider}/latest",
    "pb:latest-provider-pacts-with-tag": "/pacts/provider/{provider}/latest/{tag}",
    "pb:provider-pacts-for-verification": "/pacts/provider/{provider}/for-verification",
    "beta:provider-pacts-for-verification": "/pacts/provider/{provider}/for-verification",
    "pb:environments": "/environments",
    "pb:environment": "/environments/{environment}",
    "pb:webhooks": "/webhooks",
    "pb:webhook": "/webhooks/{uuid}",
}


def root(call: Call) -> Answer:
    """Answer with the links of everything."""
    links: dict[str, JSON] = {"self": {"href": call.base, "title": "contract-harness"}}
    for name, path in _TEMPLATES.items():
        link: dict[str, JSON] = {"href": call.base + path, "title": name.partition(":")[2].replace("-", " ")}
        links[name] = link | ({"templated": True} if "{" in path else {})
    return Answer({"_links": links})
