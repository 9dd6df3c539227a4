"""Rules about pacts held against the specification of their provider."""
