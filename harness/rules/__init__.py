"""Room of harness: rules."""
