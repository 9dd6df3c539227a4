"""A clock that moves for everybody is had by one at a time, in threads and in processes."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from synthetic.clock import taking_turns

_HOLDS = "import sys; from pathlib import Path; from synthetic.clock import taking_turns\n"
_HOLDS += "with taking_turns(Path(sys.argv[1])):\n    print('has it', flush=True); sys.stdin.read()\n"


def test_threads_have_the_clock_one_after_another(tmp_path):
    inside, most = [0], [0]
    begins = threading.Barrier(4)

    def play() -> None:
        begins.wait()
        for _ in range(20):
            with taking_turns(tmp_path / "turn"):
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                inside[0] -= 1

    players = [threading.Thread(target=play) for _ in range(4)]
    for one in players:
        one.start()
    for one in players:
        one.join()
    assert (inside, most) == ([0], [1])


@pytest.mark.integration
def test_a_process_that_is_killed_gives_its_turn_back(tmp_path):
    arguments = [sys.executable, "-c", _HOLDS, str(tmp_path / "turn")]
    had = threading.Event()

    def wait() -> None:
        with taking_turns(tmp_path / "turn"):
            had.set()

    waiter = threading.Thread(target=wait)
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"has it\n"
        waiter.start()
        assert not had.wait(0.2), "somebody else has it"
        holder.kill()
    waiter.join(30)
    assert had.is_set()


def test_a_turn_ends_with_whatever_went_wrong_in_it(tmp_path):
    with pytest.raises(ZeroDivisionError), taking_turns(tmp_path / "turn"):
        raise ZeroDivisionError
    with taking_turns(tmp_path / "turn"):
        assert (tmp_path / "turn").stat().st_mode & 0o077 == 0
