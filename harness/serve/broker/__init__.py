"""The Pact Broker API over the history: paths, wire formats and traps of the official clients."""
