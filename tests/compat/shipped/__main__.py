"""``python -m tests.compat.shipped`` writes docs/reference/examples.md."""

from __future__ import annotations

import sys

from tests.compat.shipped.survey import main

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
