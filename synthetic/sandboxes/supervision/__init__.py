"""The sandbox as supervised processes: who runs, where, since when, and how all of it is stopped again.

One supervisor owns a run folder and forks a few children from what it has imported once. `running` reads a run
folder, `processes` knows processes by id and start time, `supervisor` starts, watches, restarts and stops.
"""
