"""A port to listen on, and who has it where it is taken."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path

from tradewind.domain.errors import AirflowConfigException


class PortTaken(AirflowConfigException):
    """Something else listens there."""

    def __init__(self, host: str, port: int, holder: str) -> None:
        super().__init__(
            f"Port {port} on {host} is taken{f' by {holder}' if holder else ''}. "
            f"Stop that, or choose another port: --port {port + 1}, [api] port, or AIRFLOW__API__PORT."
        )
        self.host, self.port, self.holder = host, port, holder


def reachable(host: str) -> str:
    """A name under which this machine reaches a server that listens on ``host``."""
    return {"0.0.0.0": "localhost", "::": "localhost"}.get(host, host)  # noqa: S104


def bind(host: str, port: int) -> socket.socket:
    """A listening socket, so that a taken port is known before anything else starts.

    Raises PortTaken, and AirflowConfigException for an address that cannot be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Accepted sockets inherit it. asyncio sets it only on sockets made with IPPROTO_TCP; without it an
        # answer in two writes waits 40 ms for the client's delayed acknowledgement of the first.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind((host, port))
        listener.listen(2048)
    except (OSError, OverflowError) as error:
        listener.close()
        raise _why(host, port, error) from error
    listener.setblocking(False)
    return listener


def _why(host: str, port: int, error: Exception) -> AirflowConfigException:
    code = getattr(error, "errno", None)
    if code == errno.EADDRINUSE:
        return PortTaken(host, port, holder_of(port))
    if code in {errno.EACCES, errno.EPERM}:
        return AirflowConfigException(
            f"This user may not listen on port {port}. Choose one above 1023: --port, [api] port, or "
            "AIRFLOW__API__PORT."
        )
    reason = getattr(error, "strerror", None) or str(error)
    return AirflowConfigException(f"Cannot listen on {host}:{port}: {reason}. Check [api] host and port.")


def holder_of(port: int) -> str:
    """``process 123 (nginx)``, or an empty string where that cannot be seen."""
    inodes = {f"socket:[{inode}]" for inode in _listening(port)}
    if not inodes:
        return ""
    with os.scandir("/proc") as entries:
        found = next((one for one in entries if one.name.isdigit() and _holds(one.path, inodes)), None)
    return f"process {found.name} ({_name(found.path)})" if found else ""


def _listening(port: int) -> list[str]:
    found = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[3] == "0A" and int(fields[1].rsplit(":", 1)[1], 16) == port:
                found.append(fields[9])
    return found


def _holds(process: str, inodes: set[str]) -> bool:
    try:
        with os.scandir(f"{process}/fd") as entries:
            return any(os.readlink(entry.path) in inodes for entry in entries)  # noqa: PTH115
    except OSError:
        return False


def _name(process: str) -> str:
    try:
        line = Path(process, "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").strip()
        return line[:60] or Path(process, "comm").read_text(encoding="utf-8").strip()
    except OSError:
        return "?"
