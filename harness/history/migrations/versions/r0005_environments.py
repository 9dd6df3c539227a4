"""Exceptions and comparisons know their environment and source; verdicts of the gate are kept.

Rows of a monitor get the environment that stood in the name of its checkpoint. Of any other row nobody knows the
environment: it keeps none, and stands apart.
"""

import sqlalchemy as sa
from alembic import op

from harness.history.columns import Instant, JsonText

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OF_MONITORS = (":invoices", ":held-events")
_TOLD = ("base", "head", "request", "profile")


def upgrade() -> None:
    """Add the columns, the environment also to the key of exceptions, and make the table of verdicts."""
    op.add_column("comparisons", sa.Column("environment", sa.Text(), server_default="", nullable=False))
    op.add_column("comparisons", sa.Column("source", sa.Text(), server_default="ledger", nullable=False))
    with op.batch_alter_table("exceptions") as exceptions:
        exceptions.add_column(sa.Column("environment", sa.Text(), server_default="", nullable=False))
        exceptions.add_column(sa.Column("source", sa.Text(), server_default="ledger", nullable=False))
        exceptions.drop_constraint("pk_exceptions", type_="primary")
        exceptions.create_primary_key("pk_exceptions", ["environment", "key"])
    for name in ("exceptions", "comparisons"):
        _name_environments(sa.table(name, sa.column("checkpoint"), sa.column("environment")))
    _verdicts()


def _name_environments(table: sa.TableClause) -> None:
    checkpoint = table.c.checkpoint
    for ending in _OF_MONITORS:
        name = sa.func.substr(checkpoint, 1, sa.func.length(checkpoint) - len(ending))
        op.execute(sa.update(table).where(checkpoint.endswith(ending)).values(environment=name))


def _verdicts() -> None:
    op.create_table(
        "gate_verdicts",
        sa.Column("id", _ROW, autoincrement=True, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("repository", "digest", "decision", "verdict")),
        *(sa.Column(name, sa.Text(), server_default="", nullable=False) for name in _TOLD),
        *(sa.Column(name, JsonText()) for name in ("contracts", "rules", "refused_by", "consumers")),
        sa.Column("unreadable", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_verdicts")),
    )
    op.create_index(op.f("ix_gate_verdicts_at"), "gate_verdicts", ["at"])
    op.create_index(op.f("ix_gate_verdicts_repository_digest"), "gate_verdicts", ["repository", "digest"])
