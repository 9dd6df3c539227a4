"""What a provider verifies, and its results."""

from __future__ import annotations

from datetime import UTC, datetime, time

from harness.history import interaction_id, interactions_of, pact_content, record_verification, verification_of
from harness.model import JSON, NotFoundError, UsageError
from harness.model.deployments import InteractionResult, Verification
from harness.serve.call import Answer, Call, Event
from harness.serve.selectors import Chosen, Wanted, choose


def pacts_for_verification(call: Call) -> Answer:
    """Answer the pacts to verify; a GET, which clients send first, answers the address only."""
    provider = call.params["provider"]
    links: dict[str, JSON] = {"self": call.link("pacts", "provider", provider, "for-verification")}
    if call.body is None:
        return Answer({"_embedded": {"pacts": []}, "_links": links})
    found: list[JSON] = [_chosen(call, one) for one in choose(call.history, _wanted(call, provider))]
    return Answer({"_embedded": {"pacts": found}, "_links": links})


def publish_results(call: Call) -> Answer:
    """Store the results of a verification; the token must be the provider's."""
    consumer, provider, sha = (call.params[name] for name in ("consumer", "provider", "sha"))
    call.check_write(provider)
    content = pact_content(call.history, consumer, provider, sha)
    if content is None:
        raise NotFoundError(f"{consumer} has no such pact with {provider}", remedy="Publish it first.")
    success = call.members().get("success")
    if not isinstance(success, bool):
        raise UsageError("the results do not say whether they are a success", remedy='Send "success": true or false.')
    stored = record_verification(
        call.history,
        Verification(
            consumer=consumer,
            provider=provider,
            sha=sha,
            provider_version=call.text("providerApplicationVersion"),
            success=success,
            at=datetime.now(UTC),
            build_url=call.text("buildUrl"),
            verified_by=_verifier(call.members().get("verifiedBy")),
            interactions=_results(call.members().get("testResults"), content),
        ),
    )
    return Answer(_body(call, stored), 201, _events(call, stored))


def show_results(call: Call) -> Answer:
    """Answer the results of one verification."""
    number = call.params["number"]
    found = verification_of(call.history, int(number)) if number.isdecimal() and len(number) < 19 else None
    if found is None:
        raise NotFoundError("there is no such verification", remedy="Publish its results first.")
    return Answer(_body(call, found))


def _wanted(call: Call, provider: str) -> Wanted:
    members = call.members()
    listed = members.get("consumerVersionSelectors") or []
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise UsageError("consumerVersionSelectors is no list of objects", remedy='Send [{"mainBranch": true}].')
    tags = members.get("providerVersionTags")
    wanted = Wanted(
        provider=provider,
        selectors=tuple(one for one in listed if isinstance(one, dict)),
        branch=call.text("providerVersionBranch"),
        tags=tuple(str(tag) for tag in tags) if isinstance(tags, list) else (),
        pending=members.get("includePendingStatus") is True,
        wip_since=_since(call.text("includeWipPactsSince")),
    )
    if (wanted.pending or wanted.wip_since) and not (wanted.branch or wanted.tags):
        raise UsageError(
            "pending and work-in-progress pacts are judged by the provider's branch, and none is named",
            remedy="Name the branch of the provider.",
        )
    return wanted


def _since(text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f'"{text}" is no day', remedy="Write it as 2026-11-22.") from None
    return found if found.tzinfo else datetime.combine(found.date(), time(), UTC)


def _chosen(call: Call, one: Chosen) -> dict[str, JSON]:
    pact = one.pact
    words = ", ".join(one.why)
    notices: list[JSON] = [
        {"when": "before_verification", "text": f"{pact.consumer} {pact.consumer_version} is verified: {words}."}
    ]
    if one.pending:
        text = "It is pending: no version of this branch has verified it yet, so a failure does not fail the build."
        notices.append({"when": "before_verification", "text": text})
    properties: dict[str, JSON] = {"notices": notices, "pending": one.pending}
    if one.wip:
        properties["wip"] = True
    name = f"Pact between {pact.consumer} ({pact.consumer_version}) and {pact.provider}"
    path = ("pacts", "provider", pact.provider, "consumer", pact.consumer, "pact-version", pact.sha)
    return {
        "shortDescription": words,
        "verificationProperties": properties,
        "_links": {"self": call.link(*path, name=name)},
    }


def _results(listed: JSON, content: dict[str, JSON]) -> tuple[InteractionResult, ...]:
    known = {interaction_id(one): one for one in interactions_of(content)}
    results = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    found: dict[str, InteractionResult] = {}
    for one in results:
        number = str(one.get("interactionId") or "")
        if number not in known:
            continue  # a result of something this pact does not ask says nothing about it
        success = one.get("success")
        before = found.get(number)
        worse = before is not None and before.success is False
        found[number] = (
            before
            if worse and before
            else InteractionResult(
                interaction=number,
                description=str(known[number].get("description") or ""),
                success=success if isinstance(success, bool) else None,
                mismatches={key: one[key] for key in ("mismatches", "exceptions") if one.get(key)} or None,
            )
        )
    return tuple(found.values())


def _verifier(value: JSON) -> str:
    if not isinstance(value, dict):
        return ""
    return " ".join(str(value[key]) for key in ("implementation", "version") if value.get(key))


def _body(call: Call, one: Verification) -> dict[str, JSON]:
    path = ("pacts", "provider", one.provider, "consumer", one.consumer, "pact-version", one.sha)
    return {
        "success": one.success is True,
        "providerApplicationVersion": one.provider_version,
        "buildUrl": one.build_url or None,
        "verificationDate": one.at.isoformat(),
        "reason": one.reason or None,
        "testResults": [
            {"interactionId": result.interaction, "success": result.success, **_mismatches(result)}
            for result in one.interactions
        ],
        "_links": {"self": call.link(*path, "verification-results", str(one.id))},
    }


def _mismatches(result: InteractionResult) -> dict[str, JSON]:
    return result.mismatches if isinstance(result.mismatches, dict) else {}


def _events(call: Call, one: Verification) -> tuple[Event, ...]:
    values = (
        ("consumerName", one.consumer),
        ("providerName", one.provider),
        ("providerVersionNumber", one.provider_version),
        ("githubVerificationStatus", "success" if one.success else "failure"),
        ("verificationResultUrl", str(call.url("verification-results", str(one.id)))),
    )
    ended = "provider_verification_succeeded" if one.success else "provider_verification_failed"
    names = ("provider_verification_published", ended)
    return tuple(Event(name, one.consumer, one.provider, values) for name in names)
