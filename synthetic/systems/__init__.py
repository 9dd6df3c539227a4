"""Room of synthetic: adapters, each a system behind a port: our words on one side, the system's on the other."""
