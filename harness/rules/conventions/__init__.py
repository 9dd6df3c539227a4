"""Rules of what a contract should say."""
