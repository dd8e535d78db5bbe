"""Is this process a person's own script (or an interactive Python), rather than one of Tradewind's?"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

_OURS: Final = ("tradewind", "airflow")
_OF_TASKS: Final = "AIRFLOW_CTX_DAG_ID"
"""In the environment of what a task starts."""


def is_script() -> bool:
    """What Tradewind runs (tasks, readers of DAG files, commands) is not, nor what a task starts."""
    if _OF_TASKS in os.environ:
        return False
    main = sys.modules.get("__main__")
    spec = getattr(main, "__spec__", None)
    if spec is not None and spec.name.partition(".")[0] in _OURS:
        return False
    file = getattr(main, "__file__", None)
    return file is None or Path(file).stem not in (*_OURS, "__main__")
