"""Channels, messages, bindings and CloudEvents."""
