"""Commands that `synthetic` adds to `harness`."""
