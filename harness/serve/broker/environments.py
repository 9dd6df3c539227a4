"""Environments, and what is deployed or released there."""

from __future__ import annotations

import re

from harness.history import (
    all_environments,
    deployments_in,
    end_deployment,
    end_support,
    environment_of,
    record_deployment,
    record_environment,
    record_release,
    releases_in,
    remove_environment,
)
from harness.model import JSON, NotFoundError, UsageError
from harness.model.deployments import Deployment, Environment, Release
from harness.serve.call import Answer, Call


def list_environments(call: Call) -> Answer:
    """Answer every environment."""
    found: list[JSON] = [environment_body(call, one) for one in all_environments(call.history)]
    return Answer({"_embedded": {"environments": found}, "_links": {"self": call.link("environments")}})


def create_environment(call: Call) -> Answer:
    """Enter an environment; one of this name must not be there yet."""
    call.check_operate()
    name = call.text("name")
    if environment_of(call.history, name) is not None:
        raise UsageError(f'there is an environment "{name}" already', remedy="Change it, or choose another name.")
    return Answer(environment_body(call, _store(call, name)), 201)


def change_environment(call: Call) -> Answer:
    """Change an environment; its name stays, because deployments refer to it."""
    call.check_operate()
    known = known_environment(call)
    if call.text("name", known.name) != known.name:
        raise UsageError("an environment keeps its name", remedy="Create another one.")
    return Answer(environment_body(call, _store(call, known.name)))


def drop_environment(call: Call) -> Answer:
    """Drop an environment that nothing was ever deployed or released to."""
    call.check_operate()
    remove_environment(call.history, known_environment(call).name)
    return Answer(None, 204)


def show_environment(call: Call) -> Answer:
    """Answer one environment."""
    return Answer(environment_body(call, known_environment(call)))


def record_deployed(call: Call) -> Answer:
    """Say that a version runs in an environment."""
    call.check_write(call.params["pacticipant"])
    place = known_environment(call)
    members = call.body if isinstance(call.body, dict) else {}
    target = str(members.get("applicationInstance") or members.get("target") or "")
    stored = record_deployment(call.history, call.params["pacticipant"], call.params["version"], place.name, target)
    return Answer(deployment_body(call, stored), 201)


def record_released(call: Call) -> Answer:
    """Say that a version is released to an environment."""
    call.check_write(call.params["pacticipant"])
    place = known_environment(call)
    stored = record_release(call.history, call.params["pacticipant"], call.params["version"], place.name)
    return Answer(release_body(call, stored), 201)


def list_deployed(call: Call) -> Answer:
    """Answer what runs in an environment."""
    name = known_environment(call).name
    wanted = dict(call.query)
    found: list[JSON] = [
        deployment_body(call, one)
        for one in deployments_in(call.history, environment=name, participant=wanted.get("pacticipant", ""))
    ]
    return Answer({"_embedded": {"deployedVersions": found}, "_links": {"self": {"href": call.base}}})


def list_released(call: Call) -> Answer:
    """Answer what is released to an environment and supported."""
    name = known_environment(call).name
    wanted = dict(call.query)
    found: list[JSON] = [
        release_body(call, one)
        for one in releases_in(
            call.history,
            environment=name,
            participant=wanted.get("pacticipant", ""),
            version=wanted.get("version", ""),
        )
    ]
    return Answer({"_embedded": {"releasedVersions": found}, "_links": {"self": {"href": call.base}}})


def change_deployed(call: Call) -> Answer:
    """End a deployment."""
    number = call.params["uuid"]
    found = next((one for one in deployments_in(call.history, past=True) if one.uuid == number), None)
    if found is None:
        raise NotFoundError("there is no such deployment", remedy="List them: /environments")
    call.check_write(found.participant)
    if call.members().get("currentlyDeployed") is not False:
        raise UsageError("a deployment can only be ended", remedy='Send {"currentlyDeployed": false}.')
    return Answer(deployment_body(call, end_deployment(call.history, number) or found))


def change_released(call: Call) -> Answer:
    """End the support of a released version."""
    number = call.params["uuid"]
    found = next((one for one in releases_in(call.history, past=True) if one.uuid == number), None)
    if found is None:
        raise NotFoundError("there is no such release", remedy="List them: /environments")
    call.check_write(found.participant)
    if call.members().get("currentlySupported") is not False:
        raise UsageError("the support of a release can only be ended", remedy='Send {"currentlySupported": false}.')
    end_support(call.history, found.participant, found.version, found.environment)
    ended = next(one for one in releases_in(call.history, past=True) if one.uuid == number)
    return Answer(release_body(call, ended))


def known_environment(call: Call) -> Environment:
    """Return the environment of the path.

    Raises:
        NotFoundError: There is none.
    """
    found = environment_of(call.history, call.params["environment"])
    if found is None:
        raise NotFoundError(f'there is no environment "{call.params["environment"]}"', remedy="Create it first.")
    return found


def environment_body(call: Call, one: Environment) -> dict[str, JSON]:
    """Return an environment as HAL; the official client panics without `displayName`."""
    path = ("environments", one.uuid)
    return {
        "uuid": one.uuid,
        "name": one.name,
        "displayName": one.display_name or one.name,
        "production": one.production,
        "contacts": one.contacts or [],
        "createdAt": one.created.isoformat() if one.created else None,
        "updatedAt": one.created.isoformat() if one.created else None,
        "_links": {
            "self": call.link(*path, name=one.name, title=one.name),
            "pb:currently-deployed-deployed-versions": call.link(*path, "deployed-versions", "currently-deployed"),
            "pb:currently-supported-released-versions": call.link(*path, "released-versions", "currently-supported"),
        },
    }


def deployment_body(call: Call, one: Deployment) -> dict[str, JSON]:
    """Return a deployment as HAL."""
    return {
        "uuid": one.uuid,
        "currentlyDeployed": one.undeployed_at is None,
        "target": one.target or None,
        "applicationInstance": one.target or None,
        "createdAt": one.deployed_at.isoformat(),
        "undeployedAt": one.undeployed_at.isoformat() if one.undeployed_at else None,
        "_embedded": _embedded(call, one),
        "_links": {"self": call.link("deployed-versions", one.uuid)},
    }


def release_body(call: Call, one: Release) -> dict[str, JSON]:
    """Return a release as HAL."""
    return {
        "uuid": one.uuid,
        "currentlySupported": one.support_ended_at is None,
        "createdAt": one.released_at.isoformat(),
        "supportEndedAt": one.support_ended_at.isoformat() if one.support_ended_at else None,
        "_embedded": _embedded(call, one),
        "_links": {"self": call.link("released-versions", one.uuid)},
    }


def _embedded(call: Call, one: Deployment | Release) -> dict[str, JSON]:
    place = environment_of(call.history, one.environment)
    return {
        "pacticipant": {
            "name": one.participant,
            "_links": {"self": call.link("pacticipants", one.participant, name=one.participant)},
        },
        "version": {
            "number": one.version,
            "_links": {"self": call.link("pacticipants", one.participant, "versions", one.version)},
        },
        "environment": environment_body(call, place) if place else None,
    }


def _store(call: Call, name: str) -> Environment:
    contacts = call.members().get("contacts")
    return record_environment(
        call.history,
        name,
        production=call.members().get("production") is True,
        display_name=re.sub(r"\s+", " ", call.text("displayName")),
        contacts=contacts if isinstance(contacts, list) else None,
    )
