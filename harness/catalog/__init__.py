"""Room of harness: catalog."""
