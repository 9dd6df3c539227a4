"""`python -m harness.cli`, the same program as `harness`."""

from harness.cli.main import main

if __name__ == "__main__":
    main()
