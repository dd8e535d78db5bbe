"""A seeded world that drives the real engine, the real scheduler turn and the real store.

``world`` has a virtual clock and a queue of things to come; ``hosts`` are worker hosts without processes;
``faults`` crash the scheduler between any two steps and lose, repeat and delay what is said; ``shapes`` makes
DAGs; ``oracle`` checks after each history what must be true whatever happened. One number decides everything.
"""
