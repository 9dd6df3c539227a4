"""Room of harness: schema."""
