"""Deprecation, sunset and stability."""
