"""``python -m bench [question …] [--repeat N]``"""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import sys

QUESTIONS = (
    "floor",
    "chain",
    "fanout",
    "many_runs",
    "trigger",
    "cold_start",
    "cli_start",
    "files",
    "decisions",
    "mapping",
    "pandas_dag",
    "api",
    "web",
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("questions", nargs="*", metavar="question", help=", ".join(QUESTIONS))
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    unknown = set(options.questions) - set(QUESTIONS)
    if unknown:
        parser.error(f"unknown question {', '.join(sorted(unknown))}; there are {', '.join(QUESTIONS)}")
    print(
        f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores,",
        platform.platform(),
    )
    for question in options.questions or QUESTIONS:
        for figure in importlib.import_module(f"bench.{question}").measure(options.repeat):
            print(figure.line(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
