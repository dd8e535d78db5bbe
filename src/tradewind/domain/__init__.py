"""The nouns of a workflow: pure data and pure rules, standard library and msgspec only.

Nothing in here reads a clock, a file, a socket or a setting. Every other package builds on these types.
"""
