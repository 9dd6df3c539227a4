"""Room of synthetic: runs probes by schedule, derives alerts from their runs, and tells people.

`Monitor` is one runner; any number of them share a history, whose leases see to it that a slot is played once. What is
wrong is judged by `rules`, kept by `alerting`, put under its cause by `grouping` and said by `notices`, all pure.
"""
