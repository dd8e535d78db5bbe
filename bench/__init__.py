"""Benchmarks, one file a question. ``python -m bench`` asks all of them; ``python -m bench chain floor``
some.

Times are taken inside the task bodies (``body.py``), which append a line each to one file, and just before
the call that triggers; nothing is read from the system's own records. Each figure is the median over
``--repeat`` runs after one warm-up, with the least and the greatest beside it.
"""
