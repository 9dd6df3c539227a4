"""Room of synthetic: the probes of the twelve workflows (W1 to W12), each an async function over `tx` and the ports."""
