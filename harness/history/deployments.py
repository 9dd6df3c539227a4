"""Environments, and which versions run or are released there."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, insert, select, update

from harness.history.pact_tables import deployments, environments, releases, versions
from harness.history.participants import check_name, find_version
from harness.history.rows import as_value, insert_into
from harness.history.store import History
from harness.model import JSON, NotFoundError, UsageError
from harness.model.deployments import Deployment, Environment, Release


def record_environment(
    history: History, name: str, *, production: bool = False, display_name: str = "", contacts: JSON = None
) -> Environment:
    """Enter an environment, or change what is said of the one that is there.

    Raises:
        UsageError: Its name is blank, too long or holds what no name holds.
    """
    check_name("environment", name)
    said = {"production": production, "display_name": display_name or name, "contacts": contacts}
    with history.writing() as connection:
        row = insert_into(connection, environments).values(
            name=name, uuid=str(uuid.uuid4()), created=history.now(connection), **said
        )
        wanted = row.on_conflict_do_update(index_elements=[environments.c.name], set_=said)
        return as_value(Environment, connection.execute(wanted.returning(environments)).one())


def all_environments(history: History) -> tuple[Environment, ...]:
    """Return every environment by name."""
    with history.reading() as connection:
        rows = connection.execute(select(environments).order_by(environments.c.name))
        return tuple(as_value(Environment, row) for row in rows)


def environment_of(history: History, name: str) -> Environment | None:
    """Return one environment by name or uuid, None if there is none."""
    wanted = select(environments).where((environments.c.name == name) | (environments.c.uuid == name))
    with history.reading() as connection:
        row = connection.execute(wanted).first()
        return None if row is None else as_value(Environment, row)


def remove_environment(history: History, name: str) -> None:
    """Drop an environment that holds no record.

    Raises:
        NotFoundError: There is none.
        UsageError: Something was deployed or released to it: that is history, and stays.
    """
    with history.writing() as connection:
        _known_environment(connection, name)
        for table in (deployments, releases):
            if connection.execute(select(table.c.id).where(table.c.environment == name).limit(1)).first():
                raise UsageError(f"{name} holds records of what ran there", remedy="Keep it; create another one.")
        connection.execute(delete(environments).where(environments.c.name == name))


def record_deployment(
    history: History, participant: str, version: str, environment: str, target: str = ""
) -> Deployment:
    """Say that a version runs in an environment from now on; what ran at the same target before ends.

    Raises:
        NotFoundError: Nobody heard of the version or the environment: a deployment never makes one, because an empty
            name in a script would otherwise answer every later question wrongly.
    """
    if target:
        check_name("target", target)
    with history.writing() as connection:
        row = _known_version(connection, participant, version)
        _known_environment(connection, environment)
        now = history.now(connection)
        running = _running(participant, environment, target)
        same = connection.execute(_deployments().where(*running, deployments.c.version_id == row)).first()
        if same is not None:
            return _deployment(same)
        ids = [one.id for one in connection.execute(_deployments().where(*running))]
        connection.execute(update(deployments).where(deployments.c.id.in_(ids)).values(undeployed_at=now))
        values = {"version_id": row, "environment": environment, "target": target, "deployed_at": now}
        connection.execute(insert(deployments).values(uuid=str(uuid.uuid4()), **values))
        return _deployment(connection.execute(_deployments().where(*running)).one())


def record_undeployment(history: History, participant: str, environment: str, target: str | None = None) -> int:
    """Say that a participant no longer runs in an environment; at every target if none is named. Return how many.

    Raises:
        NotFoundError: There is no such environment.
    """
    with history.writing() as connection:
        _known_environment(connection, environment)
        running = _running(participant, environment, target)
        ids = [one.id for one in connection.execute(_deployments().where(*running))]
        ended = update(deployments).where(deployments.c.id.in_(ids))
        connection.execute(ended.values(undeployed_at=history.now(connection)))
        return len(ids)


def end_deployment(history: History, number: str) -> Deployment | None:
    """End one deployment by its uuid; None if there is none."""
    with history.writing() as connection:
        now = history.now(connection)
        running = deployments.c.uuid == number, deployments.c.undeployed_at.is_(None)
        connection.execute(update(deployments).where(*running).values(undeployed_at=now))
        row = connection.execute(_deployments().where(deployments.c.uuid == number)).first()
        return None if row is None else _deployment(row)


def record_release(history: History, participant: str, version: str, environment: str) -> Release:
    """Say that a version is released to an environment, where others run it, beside earlier ones.

    Raises:
        NotFoundError: Nobody heard of the version or the environment.
    """
    with history.writing() as connection:
        row = _known_version(connection, participant, version)
        _known_environment(connection, environment)
        here = releases.c.version_id == row, releases.c.environment == environment
        supported = (*here, releases.c.support_ended_at.is_(None))
        if connection.execute(_releases().where(*supported)).first() is None:
            values = {"version_id": row, "environment": environment, "released_at": history.now(connection)}
            connection.execute(insert(releases).values(uuid=str(uuid.uuid4()), **values))
        return _release(connection.execute(_releases().where(*supported)).one())


def end_support(history: History, participant: str, version: str, environment: str) -> bool:
    """Say that a released version is no longer supported; False if it was not."""
    with history.writing() as connection:
        row = _known_version(connection, participant, version)
        here = releases.c.version_id == row, releases.c.environment == environment
        supported = (*here, releases.c.support_ended_at.is_(None))
        ended = update(releases).where(*supported).values(support_ended_at=history.now(connection))
        return connection.execute(ended).rowcount > 0


def deployments_in(
    history: History, *, environment: str = "", participant: str = "", version: str = "", past: bool = False
) -> tuple[Deployment, ...]:
    """Return what runs, by participant and target; with `past` also what ran."""
    wanted = _deployments().order_by(versions.c.participant, deployments.c.target, deployments.c.id)
    wanted = wanted if past else wanted.where(deployments.c.undeployed_at.is_(None))
    wanted = wanted.where(deployments.c.environment == environment) if environment else wanted
    wanted = wanted.where(versions.c.participant == participant) if participant else wanted
    wanted = wanted.where(versions.c.number == version) if version else wanted
    with history.reading() as connection:
        return tuple(_deployment(row) for row in connection.execute(wanted))


def releases_in(
    history: History, *, environment: str = "", participant: str = "", version: str = "", past: bool = False
) -> tuple[Release, ...]:
    """Return what is released and supported, by participant; with `past` also what was."""
    wanted = _releases().order_by(versions.c.participant, releases.c.id)
    wanted = wanted if past else wanted.where(releases.c.support_ended_at.is_(None))
    wanted = wanted.where(releases.c.environment == environment) if environment else wanted
    wanted = wanted.where(versions.c.participant == participant) if participant else wanted
    wanted = wanted.where(versions.c.number == version) if version else wanted
    with history.reading() as connection:
        return tuple(_release(row) for row in connection.execute(wanted))


def _known_version(connection: Connection, participant: str, version: str) -> int:
    if not participant.strip() or not version.strip():
        raise UsageError("a participant and its version are needed", remedy="Name both; an empty variable names none.")
    row = find_version(connection, participant, version)
    if row is None:
        raise NotFoundError(
            f"nobody has heard of {participant} {version}",
            remedy="Publish its pact or its verification first: what has neither cannot be judged later.",
        )
    return row


def _known_environment(connection: Connection, name: str) -> None:
    known = [row.name for row in connection.execute(select(environments.c.name).order_by(environments.c.name))]
    if name not in known:
        listed = ", ".join(known) or "none yet: harness environment create NAME"
        raise NotFoundError(f'there is no environment "{name}"', remedy=f"Environments: {listed}.")


def _running(participant: str, environment: str, target: str | None) -> tuple[ColumnElement[bool], ...]:
    here = (
        versions.c.participant == participant,
        deployments.c.environment == environment,
        deployments.c.undeployed_at.is_(None),
    )
    return here if target is None else (*here, deployments.c.target == target)


def _deployments() -> Select[Any]:
    return select(deployments, versions.c.participant, versions.c.number).join(
        versions, deployments.c.version_id == versions.c.id
    )


def _releases() -> Select[Any]:
    return select(releases, versions.c.participant, versions.c.number).join(
        versions, releases.c.version_id == versions.c.id
    )


def _deployment(row: Row[Any]) -> Deployment:
    return as_value(Deployment, row, version=row.number)


def _release(row: Row[Any]) -> Release:
    return as_value(Release, row, version=row.number)
