"""Runs, leases, requests, windows, exceptions; participants, pacts, verifications and what runs where."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables, those referred to first."""
    _environments()
    _evidence()
    _exceptions()
    _participants()
    _requests()
    _runs()
    _slots()
    _windows()
    _leaks()
    _pact_contents()
    _steps()
    _versions()
    _deployments()
    _looks()
    _pact_versions()
    _releases()
    _verifications()
    _version_branches()
    _version_tags()
    _interaction_results()


def _environments() -> None:
    op.create_table(
        "environments",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("production", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("display_name", sa.Text(), server_default="", nullable=False),
        sa.Column("uuid", sa.Text(), nullable=False),
        sa.Column("contacts", sa.Text(), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_environments")),
        sa.UniqueConstraint("uuid", name=op.f("uq_environments_uuid")),
    )


def _evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("sha", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha", name=op.f("pk_evidence")),
    )


def _exceptions() -> None:
    op.create_table(
        "exceptions",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("checkpoint", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), server_default="", nullable=False),
        sa.Column("period", sa.Text(), server_default="", nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.Column("last_seen", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), server_default="", nullable=False),
        sa.Column("owned_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("carried_from", sa.Text(), server_default="", nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("details", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_exceptions")),
    )
    op.create_index(op.f("ix_exceptions_checkpoint_state"), "exceptions", ["checkpoint", "state"], unique=False)


def _participants() -> None:
    op.create_table(
        "participants",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("main_branch", sa.Text(), server_default="", nullable=False),
        sa.Column("display_name", sa.Text(), server_default="", nullable=False),
        sa.Column("repository_url", sa.Text(), server_default="", nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_participants")),
    )


def _requests() -> None:
    op.create_table(
        "requests",
        sa.Column("id", _ROW, autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("placed", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("taken_by", sa.Text(), server_default="", nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requests")),
    )
    op.create_index(op.f("ix_requests_state_id"), "requests", ["state", "id"], unique=False)


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", _ROW, autoincrement=True, nullable=False),
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("probe", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("started", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("category", sa.Text(), server_default="", nullable=False),
        sa.Column("entity", sa.Text(), server_default="", nullable=False),
        sa.Column("owner", sa.Text(), server_default="", nullable=False),
        sa.Column("origin", sa.Text(), server_default="", nullable=False),
        sa.Column("runner", sa.Text(), server_default="", nullable=False),
        sa.Column("detected_after", sa.Float(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("assertions", sa.Integer(), nullable=False),
        sa.Column("maintenance", sa.Text(), server_default="", nullable=False),
        sa.Column("trace", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
        sa.UniqueConstraint("run", "attempt", name=op.f("uq_runs_run_attempt")),
    )
    op.create_index(
        op.f("ix_runs_probe_environment_started"), "runs", ["probe", "environment", "started"], unique=False
    )
    op.create_index(op.f("ix_runs_started"), "runs", ["started"], unique=False)


def _slots() -> None:
    op.create_table(
        "slots",
        sa.Column("probe", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("probe", "environment", "slot", name=op.f("pk_slots")),
    )
    op.create_index(op.f("ix_slots_finished_at_expires"), "slots", ["finished_at", "expires"], unique=False)


def _windows() -> None:
    op.create_table(
        "windows",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("starts", sa.BigInteger(), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=False),
        sa.Column("probes", sa.Text(), nullable=True),
        sa.Column("created_by", sa.Text(), server_default="", nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_windows")),
    )
    op.create_index(op.f("ix_windows_ends"), "windows", ["ends"], unique=False)


def _leaks() -> None:
    op.create_table(
        "leaks",
        sa.Column("id", _ROW, autoincrement=True, nullable=False),
        sa.Column("run_id", _ROW, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), server_default="", nullable=False),
        sa.Column("operation", sa.Text(), server_default="", nullable=False),
        sa.Column("request", sa.Text(), nullable=True),
        sa.Column("key", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("reaped_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_leaks_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leaks")),
    )
    op.create_index(op.f("ix_leaks_reaped_at"), "leaks", ["reaped_at"], unique=False)
    op.create_index(op.f("ix_leaks_run_id"), "leaks", ["run_id"], unique=False)


def _pact_contents() -> None:
    op.create_table(
        "pact_contents",
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("sha", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["consumer"], ["participants.name"], name=op.f("fk_pact_contents_consumer")),
        sa.ForeignKeyConstraint(["provider"], ["participants.name"], name=op.f("fk_pact_contents_provider")),
        sa.PrimaryKeyConstraint("consumer", "provider", "sha", name=op.f("pk_pact_contents")),
    )


def _steps() -> None:
    op.create_table(
        "steps",
        sa.Column("id", _ROW, autoincrement=True, nullable=False),
        sa.Column("run_id", _ROW, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), server_default="", nullable=False),
        sa.Column("operation", sa.Text(), server_default="", nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("started", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("category", sa.Text(), server_default="", nullable=False),
        sa.Column("within", sa.Float(), nullable=False),
        sa.Column("retries", sa.Integer(), nullable=False),
        sa.Column("differences", sa.Text(), nullable=True),
        sa.Column("look_count", sa.Integer(), nullable=False),
        sa.Column("request", sa.Text(), nullable=True),
        sa.Column("key", sa.Text(), server_default="", nullable=False),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("trace", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_steps_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_steps")),
        sa.UniqueConstraint("run_id", "position", name=op.f("uq_steps_run_id_position")),
    )


def _versions() -> None:
    op.create_table(
        "versions",
        sa.Column("id", _ROW, autoincrement=True, nullable=False),
        sa.Column("participant", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("build_url", sa.Text(), server_default="", nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["participant"], ["participants.name"], name=op.f("fk_versions_participant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_versions")),
        sa.UniqueConstraint("participant", "number", name=op.f("uq_versions_participant_number")),
    )


def _deployments() -> None:
    op.create_table(
        "deployments",
        sa.Column("id", _ROW, autoincrement=True, nullable=False),
        sa.Column("uuid", sa.Text(), nullable=False),
        sa.Column("version_id", _ROW, nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), server_default="", nullable=False),
        sa.Column("deployed_at", sa.BigInteger(), nullable=False),
        sa.Column("undeployed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["environment"], ["environments.name"], name=op.f("fk_deployments_environment")),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name=op.f("fk_deployments_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployments")),
        sa.UniqueConstraint("uuid", name=op.f("uq_deployments_uuid")),
    )
    op.create_index(
        op.f("ix_deployments_environment_undeployed_at"), "deployments", ["environment", "undeployed_at"], unique=False
    )


def _looks() -> None:
    op.create_table(
        "looks",
        sa.Column("id", _ROW, autoincrement=True, nullable=False),
        sa.Column("step_id", _ROW, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["step_id"], ["steps.id"], name=op.f("fk_looks_step_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_looks")),
        sa.UniqueConstraint("step_id", "position", name=op.f("uq_looks_step_id_position")),
    )


def _pact_versions() -> None:
    op.create_table(
        "pact_versions",
        sa.Column("id", _ROW, autoincrement=True, nullable=False),
        sa.Column("version_id", _ROW, nullable=False),
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("sha", sa.Text(), nullable=False),
        sa.Column("published", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name=op.f("fk_pact_versions_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pact_versions")),
        sa.UniqueConstraint("version_id", "provider", name=op.f("uq_pact_versions_version_id_provider")),
    )
    op.create_index(op.f("ix_pact_versions_provider_consumer"), "pact_versions", ["provider", "consumer"], unique=False)


def _releases() -> None:
    op.create_table(
        "releases",
        sa.Column("id", _ROW, autoincrement=True, nullable=False),
        sa.Column("uuid", sa.Text(), nullable=False),
        sa.Column("version_id", _ROW, nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("released_at", sa.BigInteger(), nullable=False),
        sa.Column("support_ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["environment"], ["environments.name"], name=op.f("fk_releases_environment")),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name=op.f("fk_releases_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_releases")),
        sa.UniqueConstraint("uuid", name=op.f("uq_releases_uuid")),
    )
    op.create_index(
        op.f("ix_releases_environment_support_ended_at"), "releases", ["environment", "support_ended_at"], unique=False
    )


def _verifications() -> None:
    op.create_table(
        "verifications",
        sa.Column("id", _ROW, autoincrement=True, nullable=False),
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("sha", sa.Text(), nullable=False),
        sa.Column("version_id", _ROW, nullable=False),
        sa.Column("provider_branch", sa.Text(), server_default="", nullable=False),
        sa.Column("success", sa.Boolean(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("build_url", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("verified_by", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name=op.f("fk_verifications_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verifications")),
    )
    op.create_index(
        op.f("ix_verifications_provider_consumer_sha"), "verifications", ["provider", "consumer", "sha"], unique=False
    )
    op.create_index(op.f("ix_verifications_version_id"), "verifications", ["version_id"], unique=False)


def _version_branches() -> None:
    op.create_table(
        "version_branches",
        sa.Column("id", _ROW, autoincrement=True, nullable=False),
        sa.Column("version_id", _ROW, nullable=False),
        sa.Column("branch", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["versions.id"], name=op.f("fk_version_branches_version_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version_branches")),
        sa.UniqueConstraint("version_id", "branch", name=op.f("uq_version_branches_version_id_branch")),
    )
    op.create_index(op.f("ix_version_branches_branch"), "version_branches", ["branch"], unique=False)


def _version_tags() -> None:
    op.create_table(
        "version_tags",
        sa.Column("version_id", _ROW, nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["versions.id"], name=op.f("fk_version_tags_version_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("version_id", "tag", name=op.f("pk_version_tags")),
    )
    op.create_index(op.f("ix_version_tags_tag"), "version_tags", ["tag"], unique=False)


def _interaction_results() -> None:
    op.create_table(
        "interaction_results",
        sa.Column("verification_id", _ROW, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("interaction", sa.Text(), server_default="", nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("success", sa.Boolean(), nullable=True),
        sa.Column("states", sa.Text(), nullable=True),
        sa.Column("mismatches", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["verification_id"],
            ["verifications.id"],
            name=op.f("fk_interaction_results_verification_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("verification_id", "position", name=op.f("pk_interaction_results")),
    )
