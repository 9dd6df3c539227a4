"""`harness serve` as a process: it listens where it says, ends when told, and refuses to be open to everybody."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.request

import pytest

pytestmark = pytest.mark.integration


def _harness(folder, *arguments):
    command = [sys.executable, "-m", "harness.cli", *arguments, "--repo", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_it_serves_what_the_commands_stored_and_ends_when_told(tmp_path):
    assert _harness(tmp_path, "environment", "create", "prod").returncode == 0
    command = [sys.executable, "-m", "harness.cli", "serve", "--port", "0", "--repo", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        url = re.search(r"http://127\.0\.0\.1:\d+", server.stdout.readline())[0]
        with urllib.request.urlopen(f"{url}/environments", timeout=20) as answer:  # noqa: S310  (our server)
            assert [one["name"] for one in json.load(answer)["_embedded"]["environments"]] == ["prod"]
        server.terminate()
        _, told = server.communicate(timeout=30)
    assert "Traceback" not in told


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com"])  # noqa: S104  (refused)
def test_beyond_this_machine_it_needs_a_token(tmp_path, host):
    refused = _harness(tmp_path, "serve", "--host", host, "--port", "0")
    assert refused.returncode == 2
    assert "without a token" in refused.stderr


def test_tokens_are_made_listed_and_revoked(tmp_path):
    made = _harness(tmp_path, "token", "create", "ci", "--scope", "write", "--participant", "erp")
    assert made.returncode == 0
    assert re.fullmatch("[0-9a-f]{64}", made.stdout.strip()), "256 bits, and never a dash that reads as an option"
    assert _harness(tmp_path, "token", "create", "ci", "--scope", "read").returncode == 2
    assert _harness(tmp_path, "token", "create", "x", "--scope", "write").returncode == 2
    listed = _harness(tmp_path, "token", "list").stdout
    assert re.search(r"ci +write +erp +until \d{4}", listed)
    assert made.stdout.strip() not in listed
    assert _harness(tmp_path, "token", "revoke", "ci").returncode == 0
    assert _harness(tmp_path, "token", "revoke", "ci").returncode == 2
    assert "revoked" in _harness(tmp_path, "token", "list").stdout


def test_a_port_that_is_taken_is_told(tmp_path):
    import socket  # noqa: PLC0415

    with socket.create_server(("127.0.0.1", 0)) as taken:
        refused = _harness(tmp_path, "serve", "--port", str(taken.getsockname()[1]))
    assert refused.returncode == 2
    assert "cannot listen on" in refused.stderr
