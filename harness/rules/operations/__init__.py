"""Paths, operations, bodies, responses, headers, servers."""
