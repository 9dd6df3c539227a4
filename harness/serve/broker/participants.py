"""Pacticipants, their versions, branches and tags."""

from __future__ import annotations

from harness.history import (
    all_environments,
    all_participants,
    deployments_in,
    participant_of,
    published_pacts,
    record_participant,
    record_version,
    remove_branch,
    remove_tag,
    version_of,
    versions_of,
)
from harness.model import JSON, NotFoundError
from harness.model.deployments import Participant, ParticipantVersion
from harness.serve.call import Answer, Call


def list_participants(call: Call) -> Answer:
    """Answer every pacticipant."""
    found: list[JSON] = [participant_body(call, one) for one in all_participants(call.history)]
    links: dict[str, JSON] = {
        "self": call.link("pacticipants"),
        "pb:pacticipants": found
        and [call.link("pacticipants", one.name, title=one.name) for one in all_participants(call.history)],
    }
    return Answer({"_embedded": {"pacticipants": found}, "pacticipants": found, "_links": links})


def create_participant(call: Call) -> Answer:
    """Enter a pacticipant, or change it."""
    call.check_operate()
    name = call.params.get("pacticipant") or call.text("name")
    known = participant_of(call.history, name) is not None
    stored = record_participant(
        call.history,
        name,
        main_branch=call.text("mainBranch"),
        display_name=call.text("displayName"),
        repository_url=call.text("repositoryUrl"),
    )
    return Answer(participant_body(call, stored), 200 if known else 201)


def show_participant(call: Call) -> Answer:
    """Answer one pacticipant."""
    return Answer(participant_body(call, known_participant(call)))


def show_version(call: Call) -> Answer:
    """Answer one version, with where it may be recorded as deployed or released."""
    number = call.params["version"]
    found = version_of(call.history, call.params["pacticipant"], number)
    if found is None:
        raise NotFoundError(f"nobody has heard of {call.params['pacticipant']} {number}", remedy="Publish it first.")
    return Answer(version_body(call, found))


def latest_version(call: Call) -> Answer:
    """Answer the newest version, perhaps of a branch or with a tag."""
    name = known_participant(call).name
    branch, tag = call.params.get("branch", ""), call.params.get("tag", "")
    found = versions_of(call.history, name, branch=branch, tag=tag, count=1)
    if not found:
        raise NotFoundError(f"{name} has no such version", remedy="Publish it first.")
    return Answer(version_body(call, found[0]))


def list_versions(call: Call) -> Answer:
    """Answer the versions of a pacticipant, newest first."""
    name = known_participant(call).name
    found: list[JSON] = [version_body(call, one) for one in versions_of(call.history, name)]
    links: dict[str, JSON] = {"self": call.link("pacticipants", name, "versions")}
    return Answer({"_embedded": {"versions": found}, "_links": links})


def put_version(call: Call) -> Answer:
    """Enter a version, perhaps of a branch or with tags."""
    name = call.params["pacticipant"]
    call.check_write(name)
    members = call.body if isinstance(call.body, dict) else {}
    listed = members.get("tags")
    tags = [one.get("name") for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    known = version_of(call.history, name, call.params["version"]) is not None
    branch = call.params.get("branch") or str(members.get("branch") or "")
    stored = record_version(
        call.history,
        name,
        call.params["version"],
        branch=branch,
        tags=[*filter(None, [call.params.get("tag"), *(str(tag) for tag in tags if tag)])],
        build_url=str(members.get("buildUrl") or ""),
    )
    keep_main_branch(call, name, branch)
    body = version_body(call, stored)
    return Answer(body | {"name": call.params.get("tag") or branch}, 200 if known else 201)


def drop_tag(call: Call) -> Answer:
    """Take a tag off a version."""
    call.check_write(call.params["pacticipant"])
    if not remove_tag(call.history, call.params["pacticipant"], call.params["version"], call.params["tag"]):
        raise NotFoundError("this version has no such tag", remedy="Describe the version to see its tags.")
    return Answer(None, 204)


def drop_branch(call: Call) -> Answer:
    """Forget a branch; its versions, pacts and results stay."""
    call.check_write(call.params["pacticipant"])
    if not remove_branch(call.history, call.params["pacticipant"], call.params["branch"]):
        raise NotFoundError("there is no such branch", remedy="Describe a version to see its branches.")
    return Answer(None, 204)


def keep_main_branch(call: Call, name: str, branch: str) -> None:
    """Take a branch that is called like a main branch as one, unless somebody said which it is."""
    participant = participant_of(call.history, name)
    if branch in {"main", "master", "develop"} and participant is not None and not participant.main_branch:
        record_participant(call.history, name, main_branch=branch)


def known_participant(call: Call) -> Participant:
    """Return the pacticipant of the path.

    Raises:
        NotFoundError: Nobody heard of it.
    """
    name = call.params["pacticipant"]
    found = participant_of(call.history, name)
    if found is None:
        raise NotFoundError(f"nobody has heard of {name}", remedy="Publish a pact that names it.")
    return found


def participant_body(call: Call, one: Participant) -> dict[str, JSON]:
    """Return a pacticipant as HAL."""
    newest = versions_of(call.history, one.name, count=1)
    base = call.url("pacticipants", one.name)
    return {
        "name": one.name,
        "displayName": one.display_name or one.name,
        "mainBranch": one.main_branch or None,
        "repositoryUrl": one.repository_url or None,
        "createdAt": one.created.isoformat() if one.created else None,
        "updatedAt": one.created.isoformat() if one.created else None,
        "_embedded": {
            "labels": [],
            "latestVersion": version_summary(call, newest[0]) if newest else None,
        },
        "_links": {
            "self": call.link("pacticipants", one.name, title=one.name),
            "pb:versions": call.link("pacticipants", one.name, "versions"),
            "pb:version": {"href": f"{base}/versions/{{version}}", "templated": True},
            "pb:version-tag": {"href": f"{base}/versions/{{version}}/tags/{{tag}}", "templated": True},
            "pb:branch-version": {"href": f"{base}/branches/{{branch}}/versions/{{version}}", "templated": True},
        },
    }


def version_summary(call: Call, one: ParticipantVersion) -> dict[str, JSON]:
    """Return number and address of a version."""
    link = call.link("pacticipants", one.participant, "versions", one.number, name=one.number, title=one.number)
    return {"number": one.number, "_links": {"self": link}}


def version_body(call: Call, one: ParticipantVersion) -> dict[str, JSON]:
    """Return a version as HAL; what may be recorded has one link an environment, as the clients look it up by name."""
    path = ("pacticipants", one.participant, "versions", one.number)
    environments = all_environments(call.history)
    pacts = published_pacts(call.history, consumer=one.participant, version=one.number)
    runs = deployments_in(call.history, participant=one.participant, version=one.number)
    return version_summary(call, one) | {
        "buildUrl": one.build_url or None,
        "createdAt": one.created.isoformat() if one.created else None,
        "_embedded": {
            "branches": [{"name": branch} for branch in one.branches],
            "branchVersions": [{"name": branch, "latest": True} for branch in one.branches],
            "tags": [{"name": tag} for tag in one.tags],
            "deployedVersions": [{"environment": run.environment, "target": run.target or None} for run in runs],
        },
        "_links": {
            "self": call.link(*path, name=one.number, title=one.number),
            "pb:pacticipant": call.link("pacticipants", one.participant, name=one.participant),
            "pb:pact-versions": [
                call.link("pacts", "provider", pact.provider, "consumer", pact.consumer, "version", one.number)
                for pact in pacts
            ],
            "pb:record-deployment": [
                call.link(*path, "deployed-versions", "environment", place.uuid, name=place.name)
                for place in environments
            ],
            "pb:record-release": [
                call.link(*path, "released-versions", "environment", place.uuid, name=place.name)
                for place in environments
            ],
        },
    }
