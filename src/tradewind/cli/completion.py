"""Completion in the shell: ``eval "$(register-python-argcomplete airflow)"``."""

from __future__ import annotations

import argparse
from contextlib import suppress

import argcomplete

from tradewind.cli import tree
from tradewind.cli.arguments import VERBOSE
from tradewind.cli.main import load


def complete() -> None:
    """Answer the shell, and exit."""
    argcomplete.autocomplete(full_parser(), default_completer=argcomplete.completers.FilesCompleter())


def full_parser() -> argparse.ArgumentParser:
    """Every command in one parser; too slow for anything but completion."""
    root = argparse.ArgumentParser(prog="airflow")
    words = root.add_subparsers()
    groups = {name: words.add_parser(name).add_subparsers() for name in tree.GROUPS}
    for leaf in tree.LEAVES:
        if leaf.hidden:
            continue
        group, _, name = leaf.path.rpartition(" ")
        parser = (groups[group] if group else words).add_parser(name, help=leaf.text)
        with suppress(ImportError):  # one broken command must not end completion
            for declared in (*getattr(load(leaf), "arguments", ()), VERBOSE):
                parser.add_argument(*declared.flags, **declared.settings)
    return root
