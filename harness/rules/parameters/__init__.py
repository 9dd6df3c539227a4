"""Query, path, header and cookie parameters."""
