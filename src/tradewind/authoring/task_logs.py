"""Small tools of ``airflow.sdk.log``."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any


def configure_logging(
    json_output: bool = False, log_level: str = "DEFAULT", output: Any = None, **_: Any
) -> None:
    """Have a script's log lines printed: those of ``log_level`` and above, to ``output``. A process that has
    set its logging up keeps it.
    """
    level = log_level if log_level != "DEFAULT" else "INFO"
    stream = output if output is not None and not hasattr(output, "mode") else sys.stdout
    logging.basicConfig(
        level=level, stream=stream, format="%(asctime)s [%(levelname)s] %(name)s: %(message)s"
    )


def relative_path_from_logger(logger: Any) -> Path | None:
    """The file that a logger writes, below the log folder; None for one that writes no file there."""
    from tradewind.config import compat  # reads airflow.cfg

    folder = Path(str(compat.conf.get("logging", "base_log_folder", fallback="") or ".")).absolute()
    while logger is not None:
        for handler in getattr(logger, "handlers", ()):
            path = Path(getattr(handler, "baseFilename", "") or "/")
            if path.is_relative_to(folder):
                return path.relative_to(folder)
        logger = logger.parent if getattr(logger, "propagate", False) else None
    return None
