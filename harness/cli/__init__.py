"""The command line: parse, call, render, exit code. No decision is taken here.

Exit codes of every command: 0 yes, 1 no, 2 asked wrongly, 3 could not tell, 4 our bug.
"""

from harness.cli.main import main

__all__ = ["main"]
