"""``python -m tradewind.worker.connection_test``: tries out one connection for a command.

Standard input: the connection's fields as JSON. Standard output: ``[works, message]`` as its last line.
"""

from __future__ import annotations

import json
import sys


def main() -> None:
    """Try it out, and say how it went."""
    from tradewind.authoring import connection_testing  # user code's floor: this process is there for it

    works, message = connection_testing.attempt(json.load(sys.stdin))
    sys.stdout.write("\n" + json.dumps([works, message]) + "\n")


if __name__ == "__main__":
    main()
