"""``python -m tests.compat.differential``: random DAGs in Airflow and in Tradewind, and what differs."""

from __future__ import annotations

from tests.compat.differential.compare import main

if __name__ == "__main__":
    raise SystemExit(main())
