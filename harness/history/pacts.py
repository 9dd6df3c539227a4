"""Published pacts: contents by digest, and which version of a consumer asked which content."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from harness.history.columns import json_text
from harness.history.pact_tables import pact_contents, pact_versions, versions
from harness.history.participants import add_to_version, put_participant, put_version
from harness.history.rows import as_value, insert_into
from harness.history.store import History
from harness.model import JSON, UnreadableError, UsageError
from harness.model.deployments import PactVersion

_LISTS = ("interactions", "messages")


class ConflictError(UsageError):
    """A version of a consumer already published another pact with this provider; versions do not change."""


def publish_pact(  # noqa: PLR0913  (each is a fact of its own)
    history: History,
    content: dict[str, JSON],
    version: str,
    *,
    branch: str = "",
    tags: Sequence[str] = (),
    build_url: str = "",
    merge: bool = False,
) -> PactVersion:
    """Store the pact that one version of a consumer has with a provider; the same content again changes nothing.

    Args:
        history: The store.
        content: A pact file: `consumer`, `provider`, interactions or messages.
        version: Version of the consumer.
        branch: Branch it was built on.
        tags: Labels of the version.
        build_url: Its build.
        merge: Whether interactions are added to what this version published before, as split files need it.

    Raises:
        UnreadableError: It is no pact.
        UsageError: A name is blank, or too long, or holds what no name holds.
        ConflictError: This version published other content.
    """
    consumer, provider = pact_names(content)
    with history.writing() as connection:
        row = put_version(history, connection, consumer, version)
        add_to_version(history, connection, row, branch=branch, tags=tags, build_url=build_url)
        put_participant(history, connection, provider)
        before = _published(connection, row, provider)
        if before is not None and merge:
            content = _merged(pact_content_in(connection, consumer, provider, before), content)
        sha = content_sha(content)
        if before not in (None, sha) and not merge:
            raise _conflict(consumer, version, provider)
        _put_content(history, connection, (consumer, provider, sha), content)
        if before is None:
            values = {"version_id": row, "consumer": consumer, "provider": provider, "sha": sha}
            connection.execute(insert(pact_versions).values(published=history.now(connection), **values))
        elif before != sha:
            changed = update(pact_versions).where(
                pact_versions.c.version_id == row, pact_versions.c.provider == provider
            )
            connection.execute(changed.values(sha=sha, published=history.now(connection)))
        wanted = _pacts().where(pact_versions.c.version_id == row, pact_versions.c.provider == provider)
        return _pact(connection.execute(wanted).one())


def pact_content(history: History, consumer: str, provider: str, sha: str) -> dict[str, JSON] | None:
    """Return a pact as it was published, None if there is none."""
    with history.reading() as connection:
        found = connection.execute(_content(consumer, provider, sha)).scalar()
        return found if isinstance(found, dict) else None


def pact_of(history: History, consumer: str, version: str, provider: str) -> PactVersion | None:
    """Return what one version of a consumer asks of a provider, None if it asks nothing."""
    wanted = _pacts().where(
        versions.c.participant == consumer, versions.c.number == version, pact_versions.c.provider == provider
    )
    with history.reading() as connection:
        row = connection.execute(wanted).first()
        return None if row is None else _pact(row)


def published_pacts(
    history: History, *, consumer: str = "", provider: str = "", version: str = ""
) -> tuple[PactVersion, ...]:
    """Return published pacts, newest version of the consumer first."""
    wanted = _pacts().order_by(versions.c.id.desc(), pact_versions.c.provider)
    wanted = wanted.where(pact_versions.c.consumer == consumer) if consumer else wanted
    wanted = wanted.where(pact_versions.c.provider == provider) if provider else wanted
    wanted = wanted.where(versions.c.number == version) if version else wanted
    with history.reading() as connection:
        return tuple(_pact(row) for row in connection.execute(wanted))


def latest_pacts(history: History, provider: str = "") -> tuple[PactVersion, ...]:
    """Return the newest pact of each consumer and provider."""
    newest: dict[tuple[str, str], PactVersion] = {}
    for pact in published_pacts(history, provider=provider):
        newest.setdefault((pact.consumer, pact.provider), pact)
    return tuple(newest[key] for key in sorted(newest))


def pact_names(content: JSON) -> tuple[str, str]:
    """Return consumer and provider of a pact.

    Raises:
        UnreadableError: It names none, or holds neither interactions nor messages.
    """
    if isinstance(content, dict) and any(isinstance(content.get(key), list) for key in _LISTS):
        names = [_name(content.get(role)) for role in ("consumer", "provider")]
        if all(names):
            return names[0], names[1]
    raise UnreadableError(
        "this is no pact: it needs consumer, provider, and interactions or messages",
        remedy="Write the file with a pact library.",
    )


def interactions_of(content: dict[str, JSON]) -> tuple[dict[str, JSON], ...]:
    """Return interactions and messages of a pact in file order."""
    listed = (one for key in _LISTS for one in _list(content.get(key)))
    return tuple(one for one in listed if isinstance(one, dict))


def interaction_id(interaction: dict[str, JSON]) -> str:
    """Return the id of an interaction: the digest of what it says, whatever else a broker put beside it."""
    return hashlib.sha256(_plain(interaction).encode()).hexdigest()[:40]


def content_sha(content: dict[str, JSON]) -> str:
    """Return the digest of the interactions of a pact, in any order: metadata and tool versions do not count."""
    lines = sorted(_plain(one) for one in interactions_of(content))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def pact_content_in(connection: Connection, consumer: str, provider: str, sha: str) -> dict[str, JSON]:
    """Return a pact inside a transaction that is under way; {} if there is none."""
    found = connection.execute(_content(consumer, provider, sha)).scalar()
    return found if isinstance(found, dict) else {}


def _plain(interaction: dict[str, JSON]) -> str:
    return json_text({key: value for key, value in interaction.items() if key not in {"_id", "_links"}})


def _merged(before: dict[str, JSON], added: dict[str, JSON]) -> dict[str, JSON]:
    """Return `before` with the interactions of `added` that it lacks.

    Raises:
        ConflictError: One interaction is in both with different content.
    """
    known = {_key(one): one for one in interactions_of(before)}
    merged = dict(before)
    for name in _LISTS:
        fresh = []
        for one in _list(added.get(name)):
            other = known.get(_key(one)) if isinstance(one, dict) else None
            if other is not None and isinstance(one, dict) and _plain(other) != _plain(one):
                raise ConflictError(
                    f'"{one.get("description")}" is in both pacts with different content',
                    remedy="Use fixed examples, or give the interactions different descriptions.",
                )
            if other is None:
                fresh.append(one)
        if fresh:
            merged[name] = [*_list(before.get(name)), *fresh]
    return merged


def _key(interaction: dict[str, JSON]) -> str:
    states = interaction.get("providerStates", interaction.get("providerState"))
    return json_text([interaction.get("description"), states, interaction.get("type")])


def _list(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []


def _name(value: JSON) -> str:
    name = value.get("name") if isinstance(value, dict) else None
    return name if isinstance(name, str) else ""


def _published(connection: Connection, version_row: int, provider: str) -> str | None:
    wanted = select(pact_versions.c.sha).where(
        pact_versions.c.version_id == version_row, pact_versions.c.provider == provider
    )
    return connection.execute(wanted).scalar()


def _put_content(history: History, connection: Connection, key: tuple[str, str, str], content: dict[str, JSON]) -> None:
    consumer, provider, sha = key
    row = insert_into(connection, pact_contents).values(
        consumer=consumer, provider=provider, sha=sha, content=content, created=history.now(connection)
    )
    connection.execute(row.on_conflict_do_nothing())


def _content(consumer: str, provider: str, sha: str) -> Select[Any]:
    return select(pact_contents.c.content).where(
        pact_contents.c.consumer == consumer, pact_contents.c.provider == provider, pact_contents.c.sha == sha
    )


def _pacts() -> Select[Any]:
    return select(pact_versions, versions.c.number).join(versions, pact_versions.c.version_id == versions.c.id)


def _pact(row: Row[Any]) -> PactVersion:
    return as_value(PactVersion, row, consumer_version=row.number)


def _conflict(consumer: str, version: str, provider: str) -> ConflictError:
    return ConflictError(
        f"{consumer} {version} already published another pact with {provider}",
        remedy="Publish changed pacts under a new version of the consumer, such as the commit.",
    )
