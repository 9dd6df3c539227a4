"""Publishing pacts, and reading them back."""

from __future__ import annotations

import base64
import binascii

from harness.documents.json_text import read_json
from harness.history import (
    interaction_id,
    interactions_of,
    latest_pacts,
    pact_content,
    pact_names,
    pact_of,
    publish_pact,
    published_pacts,
    verifications_of,
)
from harness.model import JSON, NotFoundError, UnreadableError, UsageError
from harness.model.deployments import PactVersion
from harness.serve.broker.participants import keep_main_branch
from harness.serve.call import Answer, Call, Event
from harness.serve.selectors import Wanted, choose

_LARGEST = 8_000_000


def publish(call: Call) -> Answer:
    """Publish the pacts of one version of a consumer: all of them are read before the first is stored."""
    name, version = call.text("pacticipantName"), call.text("pacticipantVersionNumber")
    call.check_write(name)
    listed = call.members().get("contracts")
    contracts = [_contract(one, name) for one in listed] if isinstance(listed, list) else []
    if not contracts:
        raise UsageError("no contract was sent, so nothing would be published", remedy="Name the folder of the pacts.")
    tags = call.members().get("tags")
    branch = call.text("branch")
    events: list[Event] = []
    stored: list[PactVersion] = []
    for content, merge in contracts:
        known = {pact.sha for pact in published_pacts(call.history, consumer=name, provider=pact_names(content)[1])}
        pact = publish_pact(
            call.history,
            content,
            version,
            branch=branch,
            tags=[str(tag) for tag in tags] if isinstance(tags, list) else [],
            build_url=call.text("buildUrl"),
            merge=merge,
        )
        stored.append(pact)
        events += _events(call, pact, branch, known)
    keep_main_branch(call, name, branch)
    return Answer(_published(call, name, version, stored), 200, tuple(events))


def put_pact(call: Call) -> Answer:
    """Publish one pact at its address, as older clients do."""
    consumer, provider = call.params["consumer"], call.params["provider"]
    call.check_write(consumer)
    content = call.members()
    _refuse_plugins(content)
    if pact_names(content) != (consumer, provider):
        raise UsageError("the pact names others than its address does", remedy="Publish it under its own names.")
    known = {pact.sha for pact in published_pacts(call.history, consumer=consumer, provider=provider)}
    pact = publish_pact(call.history, content, call.params["version"])
    return Answer(pact_body(call, pact), 201, tuple(_events(call, pact, "", known)))


def show_pact(call: Call) -> Answer:
    """Answer the pact of a version of a consumer, or the newest."""
    consumer, provider = call.params["consumer"], call.params["provider"]
    if version := call.params.get("version"):
        found = pact_of(call.history, consumer, version, provider)
    else:
        found = next(iter(published_pacts(call.history, consumer=consumer, provider=provider)), None)
    if found is None:
        raise NotFoundError(f"{consumer} has no such pact with {provider}", remedy="Publish it first.")
    return Answer(pact_body(call, found))


def show_content(call: Call) -> Answer:
    """Answer a pact by the digest of its interactions."""
    consumer, provider, sha = (call.params[name] for name in ("consumer", "provider", "sha"))
    pacts = published_pacts(call.history, consumer=consumer, provider=provider)
    found = next((pact for pact in pacts if pact.sha == sha), None)
    if found is None:
        raise NotFoundError(f"{consumer} has no such pact with {provider}", remedy="Publish it first.")
    return Answer(pact_body(call, found))


def list_latest(call: Call) -> Answer:
    """Answer the newest pact of each pair, perhaps of one provider."""
    provider = call.params.get("provider", "")
    found = latest_pacts(call.history, provider)
    links: list[JSON] = [
        call.link(
            "pacts",
            "provider",
            one.provider,
            "consumer",
            one.consumer,
            "version",
            one.consumer_version,
            name=one.consumer,
        )
        for one in found
    ]
    pacts: list[JSON] = [_summary(call, one) for one in found]
    self_path = ("pacts", "provider", provider, "latest") if provider else ("pacts", "latest")
    return Answer(
        {
            "_embedded": {"pacts": pacts},
            "pacts": pacts,
            "_links": {"self": call.link(*self_path), "pb:pacts": links, "pacts": links},
        }
    )


def list_of_branch(call: Call) -> Answer:
    """Answer the newest pact that each consumer published on a branch; its main branch where none is named."""
    provider, branch = call.params["provider"], call.params.get("branch", "")
    selector: dict[str, JSON] = {"branch": branch} if branch else {"mainBranch": True}
    if consumer := call.params.get("consumer"):
        selector["consumer"] = consumer
    chosen = choose(call.history, Wanted(provider, (selector,)))
    found: list[JSON] = [
        call.link(*_path(one.pact), name=one.pact.consumer, title=f"Pact between {one.pact.consumer} and {provider}")
        for one in chosen
    ]
    summaries: list[JSON] = [_summary(call, one.pact) for one in chosen]
    links: dict[str, JSON] = {"self": call.link("pacts", "provider", provider, "branch"), "pb:pacts": found}
    return Answer({"_embedded": {"pacts": summaries}, "pacts": summaries, "_links": links | {"pacts": found}})


def _path(pact: PactVersion) -> tuple[str, ...]:
    return ("pacts", "provider", pact.provider, "consumer", pact.consumer, "version", pact.consumer_version)


def pact_body(call: Call, pact: PactVersion) -> dict[str, JSON]:
    """Return a pact as published, with the id of each interaction, without which verifiers send no results of them."""
    content = dict(pact_content(call.history, pact.consumer, pact.provider, pact.sha) or {})
    for key in ("interactions", "messages"):
        listed = content.get(key)
        if isinstance(listed, list):
            content[key] = [{**one, "_id": interaction_id(one)} if isinstance(one, dict) else one for one in listed]
    base = ("pacts", "provider", pact.provider, "consumer", pact.consumer)
    title = f"Pact between {pact.consumer} ({pact.consumer_version}) and {pact.provider}"
    content["createdAt"] = pact.published.isoformat()
    content["_links"] = {
        "self": call.link(*base, "version", pact.consumer_version, name=title, title=title),
        "pb:consumer": call.link("pacticipants", pact.consumer, name=pact.consumer, title=pact.consumer),
        "pb:provider": call.link("pacticipants", pact.provider, name=pact.provider, title=pact.provider),
        "pb:consumer-version": call.link(
            "pacticipants", pact.consumer, "versions", pact.consumer_version, name=pact.consumer_version
        ),
        "pb:pact-version": call.link(*base, "pact-version", pact.sha, name=pact.sha),
        "pb:publish-verification-results": call.link(*base, "pact-version", pact.sha, "verification-results"),
    }
    return content


def _contract(item: JSON, name: str) -> tuple[dict[str, JSON], bool]:
    """Return one contract of a publication, and whether it is merged with what was published before."""
    one = item if isinstance(item, dict) else {}
    if one.get("specification", "pact") != "pact":
        raise UsageError(
            f'contracts of the specification "{one.get("specification")}" are not kept here', remedy="pact"
        )
    try:
        data = base64.b64decode(str(one.get("content", "")), validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnreadableError(f"a contract is not base64: {error}", remedy="Encode the content.") from error
    if len(data) > _LARGEST:
        raise UnreadableError(f"a pact is larger than {_LARGEST:,} bytes", remedy="Split it.")
    content = read_json(data.decode("utf-8", "replace"), None)
    names = pact_names(content)
    if not isinstance(content, dict) or names[0] != name or one.get("consumerName", name) != name:
        raise UsageError(f"a contract of {names[0]} was sent as one of {name}", remedy="Publish it as its consumer.")
    _refuse_plugins(content)
    return content, one.get("onConflict") == "merge"


def _refuse_plugins(content: dict[str, JSON]) -> None:
    """Refuse a pact that makes every verifier start, or fetch, a program (threats.md 4.2)."""
    metadata = content.get("metadata")
    named = isinstance(metadata, dict) and metadata.get("plugins")
    if named or any(one.get("pluginConfiguration") for one in interactions_of(content)):
        raise UsageError("this pact names a plugin, and a plugin is a program", remedy="Write it without plugins.")


def _events(call: Call, pact: PactVersion, branch: str, known: set[str]) -> list[Event]:
    names = ["contract_published"]
    if pact.sha not in known:
        names.append("contract_content_changed")
        names.append("contract_requiring_verification_published")
    elif not verifications_of(call.history, consumer=pact.consumer, provider=pact.provider, sha=pact.sha):
        names.append("contract_requiring_verification_published")
    values = (
        ("consumerName", pact.consumer),
        ("consumerVersionNumber", pact.consumer_version),
        ("consumerVersionBranch", branch),
        ("providerName", pact.provider),
        ("pactUrl", call.url("pacts", "provider", pact.provider, "consumer", pact.consumer, "pact-version", pact.sha)),
    )
    return [Event(name, pact.consumer, pact.provider, values) for name in names]


def _published(call: Call, name: str, version: str, stored: list[PactVersion]) -> dict[str, JSON]:
    path = ("pacticipants", name, "versions", version)
    told: list[JSON] = [
        {"type": "success", "level": "info", "text": f"Pact of {name} {version} with {one.provider} is stored."}
        for one in stored
    ]
    return {
        "notices": told,
        "logs": [
            {"level": "info", "message": str(one["text"]), "deprecationWarning": ""}
            for one in told
            if isinstance(one, dict)
        ],
        "_embedded": {
            "pacticipant": {"name": name, "_links": {"self": call.link("pacticipants", name)}},
            "version": {
                "number": version,
                "_links": {"self": call.link(*path, name=version, title=f"Version {version} of {name}")},
            },
        },
        "_links": {
            "pb:pacticipant": call.link("pacticipants", name, name=name, title="Pacticipant"),
            "pb:pacticipant-version": call.link(*path, name=version, title="Pacticipant version"),
            "pb:pacticipant-version-tags": [],
            "pb:contracts": [
                call.link(
                    "pacts",
                    "provider",
                    one.provider,
                    "consumer",
                    one.consumer,
                    "version",
                    version,
                    name=f"{one.consumer} and {one.provider}",
                    title="Pact",
                )
                for one in stored
            ],
        },
    }


def _summary(call: Call, one: PactVersion) -> dict[str, JSON]:
    link = call.link("pacts", "provider", one.provider, "consumer", one.consumer, "version", one.consumer_version)
    version: dict[str, JSON] = {
        "number": one.consumer_version,
        "_links": {"self": call.link("pacticipants", one.consumer, "versions", one.consumer_version)},
    }
    return {
        "createdAt": one.published.isoformat(),
        "_links": {"self": link},
        "_embedded": {
            "consumer": {
                "name": one.consumer,
                "_embedded": {"version": version},
                "_links": {"self": call.link("pacticipants", one.consumer)},
            },
            "provider": {"name": one.provider, "_links": {"self": call.link("pacticipants", one.provider)}},
        },
    }
