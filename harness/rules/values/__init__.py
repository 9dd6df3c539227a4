"""What a single value may be: type, enum, bounds, format, null."""
