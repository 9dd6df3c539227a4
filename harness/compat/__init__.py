"""Room of harness: compat."""
