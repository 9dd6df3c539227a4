"""Runs know whether somebody was told of them: alerts are derived from each run once.

Runs of before count as judged, or the first round after an upgrade would tell people of what is long over.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, and the index that finds the few rows where it is false."""
    op.add_column("runs", sa.Column("judged", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(sa.text("UPDATE runs SET judged = true"))
    op.create_index(op.f("ix_runs_judged_environment"), "runs", ["judged", "environment"], unique=False)
