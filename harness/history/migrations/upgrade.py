"""Bring the tables behind a connection to a revision, in its transaction."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from alembic.script.revision import RevisionError
from alembic.util import CommandError
from sqlalchemy import Connection, text

from harness.history.store import HistoryError, stored_revision
from harness.history.tables import HEAD

_LOCK = 0x48617A  # any number that is ours: two programs that open an old store take turns


def upgrade(connection: Connection, revision: str = HEAD) -> None:
    """Run every step from the stored revision to `revision`; a store that is there already stays as it is.

    Raises:
        HistoryError: The store is at a revision this program does not know.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
    known = stored_revision(connection)
    scripts = _scripts()
    try:
        steps = () if known == revision else tuple(scripts.iterate_revisions(revision, known or "base"))
    except (CommandError, RevisionError) as unknown:
        raise HistoryError(
            f'the history is at revision "{known}", which this version of contract-harness does not know',
            remedy="Update contract-harness, or name another place: --history URL.",
        ) from unknown
    if steps:
        _run(connection, scripts, revision)


def _run(connection: Connection, scripts: ScriptDirectory, revision: str) -> None:
    def steps(known: tuple[str, ...], _context: MigrationContext) -> list[object]:
        from_here: Any = known  # its annotation says one revision, its body takes several
        return list(scripts._upgrade_revs(revision, from_here))  # noqa: SLF001  (as alembic.command.upgrade does)

    with EnvironmentContext(_config(), scripts, fn=steps) as environment:
        environment.configure(connection=connection, transactional_ddl=True)
        environment.run_migrations()


def revisions() -> tuple[str, ...]:
    """Return every revision, first to last."""
    return tuple(script.revision for script in reversed(list(_scripts().walk_revisions())))


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
