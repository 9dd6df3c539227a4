"""Room of harness: documents."""
