"""Webhook endpoints: who wants to hear of which events."""

from __future__ import annotations

from urllib.parse import urlsplit

from synthetic.sandboxes.billing.desk import API_VERSION, Desk
from synthetic.sandboxes.billing.values import BillingError, Params, Record


class WebhookEndpoints:
    """Receivers of events."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk

    def create(self, params: Params) -> Record:
        """Register an endpoint; its signing secret is told only now."""
        events = params.listed("enabled_events")
        if not events:
            raise BillingError("Missing required param: enabled_events.", param="enabled_events")
        record: Record = {
            "id": self._desk.name("we"),
            "object": "webhook_endpoint",
            "api_version": params.text("api_version") or API_VERSION,
            "application": None,
            "created": self._desk.live(),
            "description": params.text("description") or None,
            "enabled_events": [str(event) for event in events],
            "livemode": False,
            "metadata": params.metadata(),
            "status": "enabled",
            "url": _loopback_or_https(params.required("url")),
        }
        return self._desk.save(record) | {"secret": self._desk.secret(record["id"])}

    def retrieve(self, params: Params) -> Record:
        """Return an endpoint, without its secret."""
        return self._desk.find("webhook_endpoint", params.required("id"))

    def update(self, params: Params) -> Record:
        """Change where an endpoint is, what it wants, or whether it is asleep."""
        record = self.retrieve(params)
        changes: Record = {"metadata": params.metadata(record["metadata"])}
        if params.has("url"):
            changes["url"] = _loopback_or_https(params.required("url"))
        if params.has("enabled_events"):
            changes["enabled_events"] = [str(event) for event in params.listed("enabled_events")]
        if params.has("disabled"):
            changes["status"] = "disabled" if params.boolean("disabled") else "enabled"
        return self._desk.save(record | changes)

    def delete(self, params: Params) -> Record:
        """Forget an endpoint; what is on its way is dropped."""
        record = self.retrieve(params)
        self._desk.storage.drop(record["id"])
        return {"id": record["id"], "object": "webhook_endpoint", "deleted": True}

    def list(self, params: Params) -> Record:
        """Return a page of endpoints."""
        return self._desk.page("webhook_endpoint", params, "/v1/webhook_endpoints")


def _loopback_or_https(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BillingError("Not a valid URL.", code="url_invalid", param="url")
    return url
