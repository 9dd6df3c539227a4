"""From any earlier store to the tables of now, one step a revision. Imports Alembic: not part of opening a store."""
