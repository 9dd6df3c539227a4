"""Synthetic transactions: probes, sandboxes and faults that prove business state across systems."""
