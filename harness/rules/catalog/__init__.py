"""Findings in the catalog."""
