"""Alternatives: oneOf, anyOf, discriminators."""
