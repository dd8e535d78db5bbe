"""``run_as_user``: a task under another account of the machine."""

from __future__ import annotations

import os
import pwd

from tradewind.domain.errors import AirflowFailException


def become(name: str) -> None:
    """Give up this process's account for good. Raises AirflowFailException where that cannot be."""
    try:
        account = pwd.getpwnam(name)
    except KeyError:
        raise AirflowFailException(f"run_as_user {name!r}: this machine has no such account.") from None
    if account.pw_uid == os.geteuid():
        return
    if os.geteuid() != 0:
        raise AirflowFailException(
            f"run_as_user {name!r}: to start tasks of other accounts the worker host has to run as root."
        )
    os.initgroups(name, account.pw_gid)
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)
    os.environ.update(HOME=account.pw_dir, USER=name, LOGNAME=name)
