"""Participants and their versions, branches and tags."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from harness.history.pact_tables import participants, version_branches, version_tags, versions
from harness.history.rows import as_value, insert_into
from harness.history.store import History
from harness.model import UsageError
from harness.model.deployments import Participant, ParticipantVersion

_LONGEST = 255


def record_version(
    history: History,
    participant: str,
    number: str,
    *,
    branch: str = "",
    tags: Sequence[str] = (),
    build_url: str = "",
) -> ParticipantVersion:
    """Store a version of a participant, or add a branch and tags to the one that is there.

    Raises:
        UsageError: A name is blank, too long or holds what no name holds.
    """
    with history.writing() as connection:
        row = put_version(history, connection, participant, number)
        add_to_version(history, connection, row, branch=branch, tags=tags, build_url=build_url)
        return _versions(connection, [_version_row(connection, row)])[0]


def record_participant(
    history: History, name: str, *, main_branch: str = "", display_name: str = "", repository_url: str = ""
) -> Participant:
    """Store a participant, or change what is given of the one that is there.

    Raises:
        UsageError: Its name is blank, too long or holds what no name holds.
    """
    with history.writing() as connection:
        put_participant(history, connection, name)
        given = {"main_branch": main_branch, "display_name": display_name, "repository_url": repository_url}
        given = {key: value for key, value in given.items() if value}
        if given:
            connection.execute(update(participants).where(participants.c.name == name).values(given))
        row = connection.execute(select(participants).where(participants.c.name == name)).one()
        return as_value(Participant, row)


def participant_of(history: History, name: str) -> Participant | None:
    """Return one participant, None if nobody heard of it."""
    with history.reading() as connection:
        row = connection.execute(select(participants).where(participants.c.name == name)).first()
        return None if row is None else as_value(Participant, row)


def all_participants(history: History) -> tuple[Participant, ...]:
    """Return every participant by name."""
    with history.reading() as connection:
        rows = connection.execute(select(participants).order_by(participants.c.name))
        return tuple(as_value(Participant, row) for row in rows)


def version_of(history: History, participant: str, number: str) -> ParticipantVersion | None:
    """Return one version, None if nobody heard of it."""
    wanted = select(versions).where(versions.c.participant == participant, versions.c.number == number)
    with history.reading() as connection:
        rows = connection.execute(wanted).all()
        return _versions(connection, rows)[0] if rows else None


def versions_of(
    history: History, participant: str, *, branch: str = "", tag: str = "", count: int | None = None
) -> tuple[ParticipantVersion, ...]:
    """Return the versions of a participant, newest first, perhaps only those of a branch or with a tag."""
    wanted = select(versions).where(versions.c.participant == participant).order_by(versions.c.id.desc())
    if branch:
        wanted = wanted.join(version_branches).where(version_branches.c.branch == branch)
    if tag:
        wanted = wanted.join(version_tags).where(version_tags.c.tag == tag)
    with history.reading() as connection:
        return _versions(connection, connection.execute(wanted.limit(count) if count else wanted).all())


def remove_tag(history: History, participant: str, number: str, tag: str) -> bool:
    """Take a tag off a version; False if it had none."""
    with history.writing() as connection:
        row = find_version(connection, participant, number)
        gone = delete(version_tags).where(version_tags.c.version_id == row, version_tags.c.tag == tag)
        return connection.execute(gone).rowcount > 0


def remove_branch(history: History, participant: str, branch: str) -> bool:
    """Forget a branch of a participant; its versions stay. False if there was none."""
    with history.writing() as connection:
        ours = select(versions.c.id).where(versions.c.participant == participant)
        gone = delete(version_branches).where(
            version_branches.c.version_id.in_(ours), version_branches.c.branch == branch
        )
        return connection.execute(gone).rowcount > 0


def put_participant(history: History, connection: Connection, name: str) -> None:
    """Store a participant by name inside a transaction that is under way."""
    check_name("participant", name)
    row = insert_into(connection, participants).values(name=name, created=history.now(connection))
    connection.execute(row.on_conflict_do_nothing())


def put_version(history: History, connection: Connection, participant: str, number: str) -> int:
    """Store a version inside a transaction that is under way; return its row."""
    check_name("version", number)
    put_participant(history, connection, participant)
    found = find_version(connection, participant, number)
    if found is not None:
        return found
    values = {"participant": participant, "number": number, "created": history.now(connection)}
    row = connection.execute(insert(versions).values(values).returning(versions.c.id))
    return int(row.scalar_one())


def find_version(connection: Connection, participant: str, number: str) -> int | None:
    """Return the row of a version, None if nobody heard of it."""
    wanted = select(versions.c.id).where(versions.c.participant == participant, versions.c.number == number)
    return connection.execute(wanted).scalar()


def add_to_version(
    history: History,
    connection: Connection,
    row: int,
    *,
    branch: str = "",
    tags: Iterable[str] = (),
    build_url: str = "",
) -> None:
    """Add a branch, tags and a build to a version inside a transaction that is under way."""
    if branch:
        check_name("branch", branch, slash=True)
        added = insert_into(connection, version_branches).values(version_id=row, branch=branch)
        connection.execute(added.on_conflict_do_nothing())
    for tag in tags:
        check_name("tag", tag, slash=True)
        tagged = insert_into(connection, version_tags).values(version_id=row, tag=tag, created=history.now(connection))
        connection.execute(tagged.on_conflict_do_nothing())
    if build_url:
        connection.execute(update(versions).where(versions.c.id == row).values(build_url=build_url))


def check_name(kind: str, name: str, *, slash: bool = False) -> None:
    """Refuse a name that cannot stand in an address, a table or a report.

    Raises:
        UsageError: Blank, longer than 255 characters, with a control character, or with a slash where none may be.
    """
    if not name.strip() or name != name.strip():
        raise UsageError(f"a {kind} needs a name, without space around it", remedy=f"Name the {kind}.")
    if len(name) > _LONGEST:
        raise UsageError(f"the {kind} is called by more than {_LONGEST} characters", remedy="Shorten it.")
    if not name.isprintable() or (not slash and "/" in name):
        raise UsageError(
            f'a {kind} cannot be called "{name}"', remedy="Letters, digits, points, dashes and spaces make a name."
        )


def _version_row(connection: Connection, row: int) -> Row[Any]:
    return connection.execute(select(versions).where(versions.c.id == row)).one()


def _versions(connection: Connection, rows: Sequence[Row[Any]]) -> tuple[ParticipantVersion, ...]:
    branches: dict[int, list[str]] = defaultdict(list)
    tags: dict[int, list[str]] = defaultdict(list)
    for start in range(0, len(rows), 500):
        part = [row.id for row in rows[start : start + 500]]
        wanted = select(version_branches).where(version_branches.c.version_id.in_(part)).order_by(version_branches.c.id)
        for row in connection.execute(wanted):
            branches[row.version_id].append(row.branch)
        tagged = select(version_tags).where(version_tags.c.version_id.in_(part)).order_by(version_tags.c.tag)
        for row in connection.execute(tagged):
            tags[row.version_id].append(row.tag)
    return tuple(
        as_value(ParticipantVersion, row, order=row.id, branches=tuple(branches[row.id]), tags=tuple(tags[row.id]))
        for row in rows
    )
