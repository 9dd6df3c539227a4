"""The published metaschemas of all dialects, as data (json-schema.org, BSD licence)."""
