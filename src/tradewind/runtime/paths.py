"""Where the files of a home lie. The only module that names them."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

from tradewind.domain.errors import AirflowConfigException

LONGEST_SOCKET = 100
"""Bytes; the kernel's limit for a Unix socket's path is 108."""
_LONGEST_NAME = "host-00000000-0000-0000-0000-000000000000.sock"

SCHEDULER_WAKE = "scheduler.wake"
PROCESSOR_WAKE = "dag-processor.wake"
LIFECYCLE_SOCKET = "lifecycle.sock"
DATA_SOCKET = "data.sock"
HOST_LOCK = "host.lock"
SCHEDULER_LOCK = "scheduler.lock"
PROCESSOR_LOCK = "dag-processor.lock"
DATA_LOCK = "data.lock"
TRIGGERER_LOCK = "triggerer.lock"


class RunDirUnsafe(AirflowConfigException):
    """The folder for sockets and locks cannot be trusted or made."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"The run folder {path} cannot be used: {reason}. Remove it or correct its owner and mode."
        )
        self.path = path


def run_dir(home: Path) -> Path:
    """The folder of sockets, locks, spool and journal (mode 0700); made when it is not there.

    ``home/run``, or where that would make socket paths too long a folder named after the home under
    ``$XDG_RUNTIME_DIR`` or ``/tmp``. Every process of one home and user gets the same. Raises RunDirUnsafe.
    """
    folder = home / "run"
    if len(os.fsencode(folder / _LONGEST_NAME)) > LONGEST_SOCKET:
        folder = _short_dir(home)
    _make_private(folder)
    return folder


def _short_dir(home: Path) -> Path:
    name = hashlib.sha256(os.fsencode(home.absolute())).hexdigest()[:16]
    runtime = os.environ.get("XDG_RUNTIME_DIR")  # a property of the login, not a setting of ours
    if runtime and Path(runtime).is_dir() and len(os.fsencode(runtime)) < 30:
        return Path(runtime) / f"tradewind-{name}"
    return Path("/tmp") / f"tradewind-{os.getuid()}-{name}"  # noqa: S108 - checked for owner and mode


def _make_private(folder: Path) -> None:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise RunDirUnsafe(folder, error.strerror or str(error)) from error
    if not stat.S_ISDIR(found.st_mode):
        raise RunDirUnsafe(folder, "it is a link or a file, not a folder")
    if found.st_uid != os.getuid():
        raise RunDirUnsafe(folder, f"it belongs to user id {found.st_uid}")
    if stat.S_IMODE(found.st_mode) & 0o077:
        folder.chmod(0o700)


def journal_dir(run: Path) -> Path:
    """What was about to be started; made when it is not there."""
    return _made(run / "journal")


def pid_file(home: Path, component: str) -> Path:
    """``airflow-<component>.pid``, where people's scripts look for it."""
    return home / f"airflow-{component}.pid"


def daemon_file(home: Path, component: str, kind: str) -> Path:
    """``airflow-<component>.<kind>`` with kind out, err or log: what a daemon prints."""
    return home / f"airflow-{component}.{kind}"


def component_log(logs: Path, component: str) -> Path:
    """The log file of a component."""
    return logs / f"{component}.log"


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
