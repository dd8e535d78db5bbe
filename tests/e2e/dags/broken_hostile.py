"""A file that cannot be read, and says so in hostile words."""

from hostile_texts import TEXT

raise RuntimeError(TEXT)
