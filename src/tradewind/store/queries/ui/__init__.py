"""Reads for the web UI's views, one view a file: few statements each, which a long history does not slow."""
