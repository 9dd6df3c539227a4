"""The systems of the sandbox as HTTP services: one child process serves one of `edge`, `sync` and `ledger`.

Each service has `/ports/PORT/OPERATION` for probes and for the other processes, its contracts below
`/CONTRACT-NAME/`, and `/sandbox/...` for the supervisor.
"""
