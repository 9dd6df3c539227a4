"""One file a revision, never edited after a release: it describes tables as they were then."""
