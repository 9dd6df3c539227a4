"""Room of harness: report."""
