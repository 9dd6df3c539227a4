"""Consumer-driven contracts: who reads which field."""
