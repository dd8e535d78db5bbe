"""The commands, one file a group. A command is a function of (args, app), marked with its arguments."""
