"""Room of harness: cli."""
