"""The store over HTTP: the Pact Broker API, read by anybody on this machine, written with tokens.

The server never approves anything: sign-offs are signed files in git.
"""

from harness.serve.app import make_app

__all__ = ["make_app"]
