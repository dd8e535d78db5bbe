"""How an assignment reaches a worker host. From there on every executor is the same.

An executor names its slots and queues and makes sure that a host is there; it never touches a row, a task or
a DAG file. What a host reports as lost is decided by the scheduler alone. An executor that cannot reach its
hosts leaves work scheduled: nothing is lost by waiting.
"""
