"""What the system tells people: log lines, in one place, through one mask.

Services emit events (``events``); one table there turns them into log lines. Every line of every component
goes through ``masking.MASKER``, which knows the secrets that were handed out, and ends as a JSON line in a
file and, where a person watches, as a readable line in the terminal (``logs``). Nothing here may fail the
work it reports on: a line that cannot be written is dropped.
"""
