"""What is wrong with a running system that should keep its contract."""
