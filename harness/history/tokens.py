"""Tokens that let a caller write: kept as digests, scoped, with an end."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import select, update

from harness.history.pact_tables import tokens
from harness.history.participants import check_name
from harness.history.rows import as_value, insert_into
from harness.history.store import History
from harness.model import UsageError
from harness.model.access import Scope, Token

_LONGEST = timedelta(days=366)


def create_token(
    history: History,
    name: str,
    scopes: tuple[Scope, ...],
    participant: str = "",
    lifetime: timedelta = timedelta(days=90),
) -> str:
    """Make a token and return its secret, which is shown this once: the store keeps a digest only.

    Raises:
        UsageError: The name is taken, a writing token names no participant, or it would live for more than a year.
    """
    check_name("token", name)
    if Scope.WRITE in scopes and not participant.strip():
        raise UsageError("a token that writes names whose facts it writes", remedy="--participant NAME")
    if not timedelta(0) < lifetime <= _LONGEST or not scopes:
        raise UsageError("a token has a scope and lives for a day up to a year", remedy="--days 90 --scope write")
    secret = secrets.token_hex(32)  # never begins with "-", which command lines take for an option
    with history.writing() as connection:
        now = history.now(connection)
        row = insert_into(connection, tokens).values(
            sha=_digest(secret),
            name=name,
            scopes=[scope.value for scope in scopes],
            participant=participant,
            created=now,
            expires=now + lifetime,
        )
        made = connection.execute(row.on_conflict_do_nothing().returning(tokens.c.name)).first()
    if made is None:
        raise UsageError(f'there is a token "{name}" already', remedy="harness token revoke NAME, or another name")
    return secret


def token_of(history: History, secret: str) -> Token | None:
    """Return the token of a secret, None if there is none, it is over, or it was revoked."""
    with history.reading() as connection:
        valid = (
            tokens.c.sha == _digest(secret),
            tokens.c.revoked.is_(None),
            tokens.c.expires > history.now(connection),
        )
        row = connection.execute(select(tokens).where(*valid)).first()
        return None if row is None else as_value(Token, row, scopes=tuple(map(Scope, row.scopes)))


def all_tokens(history: History) -> tuple[Token, ...]:
    """Return every token by name, without secret or digest."""
    with history.reading() as connection:
        rows = connection.execute(select(tokens).order_by(tokens.c.name))
        return tuple(as_value(Token, row, scopes=tuple(map(Scope, row.scopes))) for row in rows)


def revoke_token(history: History, name: str) -> bool:
    """End a token now; False if there is none of this name, or it was revoked before."""
    with history.writing() as connection:
        valid = tokens.c.name == name, tokens.c.revoked.is_(None)
        return connection.execute(update(tokens).where(*valid).values(revoked=history.now(connection))).rowcount > 0


def _digest(secret: str) -> str:
    # 256 random bits need no salt and no slow hash: nobody can try them all
    return hashlib.sha256(secret.encode()).hexdigest()
