"""The tables of participants, pacts, verifications, environments and what runs in them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, false, true

from harness.history.columns import Instant, JsonText
from harness.history.tables import _needed, _row, _text, metadata

participants = Table(
    "participants",
    metadata,
    Column("name", Text, primary_key=True),
    _text("main_branch"),
    _text("display_name"),
    _text("repository_url"),
    Column("created", Instant, nullable=False),
)

versions = Table(
    "versions",
    metadata,
    _row(),
    Column("participant", ForeignKey("participants.name"), nullable=False),
    _needed("number"),
    _text("build_url"),
    Column("created", Instant, nullable=False),
    UniqueConstraint("participant", "number"),
)

version_branches = Table(
    "version_branches",
    metadata,
    _row(),
    Column("version_id", ForeignKey("versions.id", ondelete="CASCADE"), nullable=False),
    _needed("branch"),
    UniqueConstraint("version_id", "branch"),
    Index(None, "branch"),
)

version_tags = Table(
    "version_tags",
    metadata,
    Column("version_id", ForeignKey("versions.id", ondelete="CASCADE"), primary_key=True),
    Column("tag", Text, primary_key=True),
    Column("created", Instant, nullable=False),
    Index(None, "tag"),
)

pact_contents = Table(
    "pact_contents",
    metadata,
    Column("consumer", ForeignKey("participants.name"), primary_key=True),
    Column("provider", ForeignKey("participants.name"), primary_key=True),
    Column("sha", Text, primary_key=True),
    Column("content", JsonText, nullable=False),
    Column("created", Instant, nullable=False),
)

pact_versions = Table(
    "pact_versions",
    metadata,
    _row(),
    Column("version_id", ForeignKey("versions.id"), nullable=False),
    _needed("consumer"),
    _needed("provider"),
    _needed("sha"),
    Column("published", Instant, nullable=False),
    UniqueConstraint("version_id", "provider"),
    Index(None, "provider", "consumer"),
)

verifications = Table(
    "verifications",
    metadata,
    _row(),
    _needed("consumer"),
    _needed("provider"),
    _needed("sha"),
    Column("version_id", ForeignKey("versions.id"), nullable=False),
    _text("provider_branch"),
    Column("success", Boolean),  # NULL: it could not be told
    Column("at", Instant, nullable=False),
    _text("build_url"),
    _text("reason"),
    _text("verified_by"),
    Index(None, "provider", "consumer", "sha"),
    Index(None, "version_id"),
)

interaction_results = Table(
    "interaction_results",
    metadata,
    Column("verification_id", ForeignKey("verifications.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    _text("interaction"),
    _text("description"),
    Column("success", Boolean),
    Column("states", JsonText),
    Column("mismatches", JsonText),
)

environments = Table(
    "environments",
    metadata,
    Column("name", Text, primary_key=True),
    Column("production", Boolean, nullable=False, server_default=false()),
    _text("display_name"),
    Column("uuid", Text, nullable=False, unique=True),
    Column("contacts", JsonText),
    Column("created", Instant, nullable=False),
)

deployments = Table(
    "deployments",
    metadata,
    _row(),
    Column("uuid", Text, nullable=False, unique=True),
    Column("version_id", ForeignKey("versions.id"), nullable=False),
    Column("environment", ForeignKey("environments.name"), nullable=False),
    _text("target"),
    Column("deployed_at", Instant, nullable=False),
    Column("undeployed_at", Instant),
    Index(None, "environment", "undeployed_at"),
)

releases = Table(
    "releases",
    metadata,
    _row(),
    Column("uuid", Text, nullable=False, unique=True),
    Column("version_id", ForeignKey("versions.id"), nullable=False),
    Column("environment", ForeignKey("environments.name"), nullable=False),
    Column("released_at", Instant, nullable=False),
    Column("support_ended_at", Instant),
    Index(None, "environment", "support_ended_at"),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("uuid", Text, primary_key=True),
    _text("description"),
    _text("consumer"),
    _text("provider"),
    Column("events", JsonText, nullable=False),
    Column("request", JsonText, nullable=False),
    Column("enabled", Boolean, nullable=False, server_default=true()),
    _text("created_by"),
    Column("created", Instant, nullable=False),
)

webhook_calls = Table(
    "webhook_calls",
    metadata,
    _row(),
    Column("webhook", ForeignKey("webhooks.uuid", ondelete="CASCADE"), nullable=False),
    _needed("event"),
    Column("at", Instant, nullable=False),
    Column("success", Boolean, nullable=False),
    Column("status", Integer),
    _text("reason"),
    Index(None, "webhook", "at"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("sha", Text, primary_key=True),
    _needed("name"),
    Column("scopes", JsonText, nullable=False),
    _text("participant"),
    Column("created", Instant, nullable=False),
    Column("expires", Instant, nullable=False),
    Column("revoked", Instant),
    UniqueConstraint("name"),
)
