"""Findings of the gate about a branch."""
