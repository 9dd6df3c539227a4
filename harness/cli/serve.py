"""`harness serve`: the Pact Broker API over the store."""

from __future__ import annotations

import ipaddress
import socket
from pathlib import Path

import click

from harness.cli.missing import check_installed
from harness.cli.options import history_option, repo_option
from harness.cli.output import write
from harness.cli.storing import opened_history
from harness.model import UsageError


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=9292, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--name", "names", multiple=True, help="A name by which it may be called, beside the address.")
@click.option("--webhook-host", multiple=True, metavar="HOST[:PORT]", help="A host that webhooks may call.")
@history_option
@repo_option
def serve(host: str, port: int, place: str | None, repo: Path, **listed: tuple[str, ...]) -> int:
    """Serve the Pact Broker API over the store; the official command line and verifiers work against it.

    Writing needs a token (harness token create). Beyond this machine reading needs one too, and --host is refused
    while there is none. Webhooks are kept, and called only to hosts that --webhook-host lists.
    """
    check_installed("serve", "sqlalchemy", "starlette", "uvicorn")
    from harness.history import all_tokens  # noqa: PLC0415  (start-up)
    from harness.serve import make_app  # noqa: PLC0415

    inside = _is_loopback(host)
    with opened_history(repo, place, create=True) as history:
        if not inside and not all_tokens(history):
            raise UsageError(
                f"listening on {host} without a token would let everybody read, and nobody write",
                remedy="harness token create NAME --scope read, or listen on 127.0.0.1",
            )
        hosts = frozenset({host, *listed["names"], *(("127.0.0.1", "localhost", "::1") if inside else ())})
        app = make_app(history, hosts=hosts, webhook_hosts=frozenset(listed["webhook_host"]), closed=not inside)
        return _run(app, host, port)


def _run(app: object, host: str, port: int) -> int:
    import uvicorn  # noqa: PLC0415  (start-up)

    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise UsageError(
            f"cannot listen on {host}:{port}: {error.strerror}", remedy="Choose another --port."
        ) from error
    shown = f"[{host}]" if ":" in host else host
    write(f"Serving on http://{shown}:{listener.getsockname()[1]}  (Ctrl-C ends it)\n")
    config = uvicorn.Config(app, log_level="warning", server_header=False, timeout_graceful_shutdown=3)  # type: ignore[arg-type]
    with listener:
        uvicorn.Server(config).run(sockets=[listener])
    return 0


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
