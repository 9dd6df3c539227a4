"""Verifications of pact contents by versions of a provider."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select

from harness.history.pact_tables import interaction_results, verifications, versions
from harness.history.pacts import interactions_of, pact_content_in
from harness.history.participants import add_to_version, put_version
from harness.history.rows import as_value
from harness.history.store import History
from harness.model import JSON, NotFoundError
from harness.model.deployments import InteractionResult, Verification


def record_verification(history: History, verification: Verification, *, tags: Sequence[str] = ()) -> Verification:
    """Store a verification and return it with its row; `at` is the database's time.

    A success counts only with one successful result for each interaction of the content, so a verifier that lost some
    of them is stored as "could not be told" (threats.md 4.3, C3 and C4).

    Raises:
        NotFoundError: No pact with this content was published.
        UsageError: The provider's version is blank, or holds what no name holds.
    """
    with history.writing() as connection:
        content = pact_content_in(connection, verification.consumer, verification.provider, verification.sha)
        if not content:
            raise NotFoundError(
                f"no pact of {verification.consumer} with {verification.provider} has the digest {verification.sha}",
                remedy="Publish the pact before its verification.",
            )
        row = put_version(history, connection, verification.provider, verification.provider_version)
        add_to_version(history, connection, row, branch=verification.provider_branch, tags=tags)
        stored = replace(_counted(verification, interactions_of(content)), at=history.now(connection))
        return replace(stored, id=_insert(connection, stored, row))


def verifications_of(
    history: History, *, consumer: str = "", provider: str = "", sha: str = "", provider_version: str = ""
) -> tuple[Verification, ...]:
    """Return verifications, newest first, with their interactions."""
    wanted = _verifications().order_by(verifications.c.id.desc())
    wanted = wanted.where(verifications.c.consumer == consumer) if consumer else wanted
    wanted = wanted.where(verifications.c.provider == provider) if provider else wanted
    wanted = wanted.where(verifications.c.sha == sha) if sha else wanted
    wanted = wanted.where(versions.c.number == provider_version) if provider_version else wanted
    with history.reading() as connection:
        return _whole(connection, connection.execute(wanted).all())


def verification_of(history: History, number: int) -> Verification | None:
    """Return one verification by its row."""
    with history.reading() as connection:
        rows = connection.execute(_verifications().where(verifications.c.id == number)).all()
        return _whole(connection, rows)[0] if rows else None


def _counted(verification: Verification, asked: tuple[dict[str, JSON], ...]) -> Verification:
    """Return the verification, its success taken back where it lacks a success for each interaction."""
    if not verification.success:
        return verification
    if not asked:
        return replace(verification, success=None, reason="the pact has no interaction: nothing was verified")
    wrong = [one for one in verification.interactions if not one.success]
    if wrong:
        return replace(verification, success=None, reason=f'"{wrong[0].description}" has no success of its own')
    if len(verification.interactions) < len(asked):
        missing = f"{len(verification.interactions)} of {len(asked)} interactions have a result"
        return replace(verification, success=None, reason=missing)
    return verification


def _insert(connection: Connection, one: Verification, version_row: int) -> int:
    fields = ("consumer", "provider", "sha", "success", "at", "provider_branch", "build_url", "reason", "verified_by")
    values = {name: getattr(one, name) for name in fields} | {"version_id": version_row}
    row = connection.execute(insert(verifications).values(values).returning(verifications.c.id)).scalar_one()
    results = [
        {
            "verification_id": row,
            "position": position,
            "interaction": result.interaction,
            "description": result.description,
            "success": result.success,
            "states": list(result.states),
            "mismatches": result.mismatches,
        }
        for position, result in enumerate(one.interactions)
    ]
    if results:
        connection.execute(insert(interaction_results), results)
    return int(row)


def _verifications() -> Select[Any]:
    return select(verifications, versions.c.number).join(versions, verifications.c.version_id == versions.c.id)


def _whole(connection: Connection, rows: Sequence[Row[Any]]) -> tuple[Verification, ...]:
    results: dict[int, list[InteractionResult]] = defaultdict(list)
    for start in range(0, len(rows), 500):
        part = [row.id for row in rows[start : start + 500]]
        wanted = select(interaction_results).where(interaction_results.c.verification_id.in_(part))
        ordered = wanted.order_by(interaction_results.c.verification_id, interaction_results.c.position)
        for row in connection.execute(ordered):
            results[row.verification_id].append(as_value(InteractionResult, row, states=tuple(row.states or ())))
    return tuple(
        as_value(Verification, row, provider_version=row.number, interactions=tuple(results[row.id])) for row in rows
    )
