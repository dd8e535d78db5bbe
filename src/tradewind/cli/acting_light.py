"""Who and where we are. Apart from ``acting`` because processes that run tasks must not load the database."""

from __future__ import annotations

import getpass
import socket

from tradewind.runtime.plugins import load_object

_SOCKET = {"socket.getfqdn", "airflow.utils.net.getfqdn", "airflow.utils.net:getfqdn", "socket.gethostname"}


def user() -> str:
    """Who runs this process."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in containers
        return "unknown"


def hostname(callable_path: str) -> str:
    """This machine's name, by ``[core] hostname_callable``. The resolver, which may be slow, is not asked."""
    if callable_path in _SOCKET:
        return socket.gethostname()
    return str(load_object(callable_path)())
