"""How a long-running process lives: clock, start and stop, periodic duties, wake-ups, child processes, locks,
plugins.

Written once, so that scheduler, DAG processor, worker host, triggerer and API server hold no lifecycle code.

    starting ──▶ running ──SIGTERM/SIGINT──▶ draining ──▶ stopped
                    │                           │ second signal, or the drain takes too long
                    └── a duty raises: logged,  └──▶ stopped
                        tried again next time

A second instance is refused by a lock that the kernel frees when its holder dies. A process is named by pid
*and* start time, so that a recycled pid is never taken for the process that had it before.
"""
