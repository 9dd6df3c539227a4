"""Members of an object: added, withdrawn, required, renamed."""
