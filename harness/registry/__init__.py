"""Room of harness: registry."""
