"""The tables of the store as they are now; `migrations` brings any earlier store to them.

Keys named `id` are rows of this store; names, versions and digests are the facts. Times are `Instant`, never text.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from harness.history.columns import Instant, JsonText

HEAD = "0005"
"""The revision these tables are at: a store that says so is opened without Alembic."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
_RowId = BigInteger().with_variant(Integer, "sqlite")


def _row() -> Column[int]:
    return Column("id", _RowId, primary_key=True, autoincrement=True)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


def _needed(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


runs = Table(
    "runs",
    metadata,
    _row(),
    _needed("run"),
    Column("attempt", Integer, nullable=False),
    _needed("probe"),
    _needed("environment"),
    _needed("slot"),
    _needed("verdict"),
    Column("started", Instant, nullable=False),
    Column("seconds", Float, nullable=False),
    _text("category"),
    _text("entity"),
    _text("owner"),
    _text("origin"),
    _text("runner"),
    Column("detected_after", Float),
    _text("reason"),
    Column("calls", Integer, nullable=False),
    Column("assertions", Integer, nullable=False),
    _text("maintenance"),
    _text("trace"),
    Column("observed", Boolean, nullable=False, server_default=false()),
    Column("judged", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("run", "attempt"),
    Index(None, "started"),
    Index(None, "probe", "environment", "started"),
    Index(None, "judged", "environment"),
)

steps = Table(
    "steps",
    metadata,
    _row(),
    Column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    _needed("title"),
    _needed("kind"),
    _text("system"),
    _text("operation"),
    _needed("verdict"),
    Column("started", Instant, nullable=False),
    Column("seconds", Float, nullable=False),
    _text("category"),
    Column("within", Float, nullable=False),
    Column("retries", Integer, nullable=False),
    Column("differences", JsonText),
    Column("look_count", Integer, nullable=False),
    Column("request", JsonText),
    _text("key"),
    Column("evidence", Text),  # digest of a row of `evidence`
    _text("reason"),
    _text("trace"),
    UniqueConstraint("run_id", "position"),
)

looks = Table(
    "looks",
    metadata,
    _row(),
    Column("step_id", ForeignKey("steps.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("seconds", Float, nullable=False),
    _needed("outcome"),
    _text("reason"),
    UniqueConstraint("step_id", "position"),
)

evidence = Table(
    "evidence",
    metadata,
    Column("sha", Text, primary_key=True),
    Column("content", JsonText, nullable=False),
)

leaks = Table(
    "leaks",
    metadata,
    _row(),
    Column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    _needed("title"),
    _text("system"),
    _text("operation"),
    Column("request", JsonText),
    _text("key"),
    _text("reason"),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("reaped_at", Instant),
    Index(None, "reaped_at"),
    Index(None, "run_id"),
)

slots = Table(
    "slots",
    metadata,
    Column("probe", Text, primary_key=True),
    Column("environment", Text, primary_key=True),
    Column("slot", Text, primary_key=True),
    _needed("owner"),
    Column("attempt", Integer, nullable=False),
    Column("expires", Instant, nullable=False),
    Column("finished_at", Instant),
    Index(None, "finished_at", "expires"),
)

runners = Table(
    "runners",
    metadata,
    Column("name", Text, primary_key=True),
    Column("started", Instant, nullable=False),
    Column("seen", Instant, nullable=False),
    Column("details", JsonText),
)

requests = Table(
    "requests",
    metadata,
    _row(),
    _needed("kind"),
    Column("payload", JsonText),
    _needed("by"),
    _text("reason"),
    Column("placed", Instant, nullable=False),
    _needed("state"),
    _text("taken_by"),
    Column("taken_at", Instant),
    Column("finished_at", Instant),
    Column("answer", JsonText),
    Index(None, "state", "id"),
)

windows = Table(
    "windows",
    metadata,
    Column("id", Text, primary_key=True),
    _needed("environment"),
    _needed("owner"),
    _needed("reason"),
    Column("starts", Instant, nullable=False),
    Column("ends", Instant, nullable=False),
    Column("probes", JsonText),
    _text("created_by"),
    Column("created", Instant, nullable=False),
    Index(None, "ends"),
)

alerts = Table(
    "alerts",
    metadata,
    _row(),
    _needed("key"),
    _text("environment"),
    _text("entity"),
    _text("system"),
    _text("category"),
    Column("opened", Instant, nullable=False),
    Column("seen", Instant, nullable=False),
    _needed("level"),
    _needed("state"),
    Column("count", Integer, nullable=False),
    Column("notified", Instant),
    Column("reminders", Integer, nullable=False),
    _text("owner"),
    Column("owned_at", Instant),
    Column("closed_at", Instant),
    Column("passes", Integer, nullable=False),
    _text("cause"),
    _text("run"),
    Column("details", JsonText),
    Index(None, "key", "state"),
    Index(None, "opened"),
)

measurements = Table(
    "measurements",
    metadata,
    _row(),
    _needed("name"),
    Column("at", Instant, nullable=False),
    Column("value", Float, nullable=False),
    _needed("source"),
    Column("attributes", JsonText, nullable=False),
    Index(None, "name", "at"),
)

exceptions = Table(
    "exceptions",
    metadata,
    Column("environment", Text, primary_key=True, server_default=""),
    Column("key", Text, primary_key=True),
    _needed("checkpoint"),
    Column("source", Text, nullable=False, server_default="ledger"),
    _text("entity"),
    _text("period"),
    _needed("category"),
    Column("first_seen", Instant, nullable=False),
    Column("last_seen", Instant, nullable=False),
    Column("amount", BigInteger),
    _text("currency"),
    _needed("state"),
    _text("owner"),
    Column("owned_at", Instant),
    _text("reason"),
    _text("carried_from"),
    Column("closed_at", Instant),
    Column("details", JsonText),
    Index(None, "checkpoint", "state"),
)

comparisons = Table(
    "comparisons",
    metadata,
    _row(),
    _text("environment"),
    _needed("checkpoint"),
    Column("source", Text, nullable=False, server_default="ledger"),
    _text("entity"),
    _text("period"),
    Column("at", Instant, nullable=False),
    Column("compared", BigInteger, nullable=False),
    Column("matched", BigInteger, nullable=False),
    Column("opened", BigInteger, nullable=False),
    Column("closed", BigInteger, nullable=False),
    Column("open", BigInteger, nullable=False),
    Column("totals", JsonText),
    Index(None, "checkpoint", "at"),
)

facts = Table(
    "facts",
    metadata,
    Column("environment", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    _needed("source"),
    Column("at", Instant, nullable=False),
    Column("body", JsonText, nullable=False),
    Column("is_open", Boolean, nullable=False, server_default=false()),
    Index(None, "at"),
    Index(None, "is_open", "environment", "kind"),
)

cursors = Table(
    "cursors",
    metadata,
    Column("environment", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    _text("value"),
    Column("at", Instant, nullable=False),
    _text("problem"),
)

gate_verdicts = Table(
    "gate_verdicts",
    metadata,
    _row(),
    Column("at", Instant, nullable=False),
    _needed("repository"),
    _needed("digest"),
    _needed("decision"),
    _needed("verdict"),
    _text("base"),
    _text("head"),
    _text("request"),
    _text("profile"),
    Column("contracts", JsonText),
    Column("rules", JsonText),
    Column("refused_by", JsonText),
    Column("consumers", JsonText),
    Column("unreadable", Integer, nullable=False, server_default=text("0")),
    Index(None, "at"),
    Index(None, "repository", "digest"),
)
