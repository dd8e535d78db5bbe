"""Programs beside Python that tests need.

``python -m tests.programs`` installs what is missing by apt, where root runs it on Debian or its kin;
elsewhere it says how to get them, and what is left untested meanwhile.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

POSTGRES_BINARIES = Path("/usr/lib/postgresql")
SERVERS = "/usr/sbin:/usr/lib/openldap:/usr/libexec:/usr/bin:/usr/local/sbin:/usr/local/bin"
"""Where servers are that are not on everybody's PATH."""


def initdb() -> Path | None:
    """PostgreSQL's, of the newest version that is there."""
    found = sorted(POSTGRES_BINARIES.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1] if found else Path(on_path) if on_path else None


def slapd() -> str | None:
    """The LDAP server."""
    return shutil.which("slapd", path=SERVERS)


def chromium() -> str | None:
    """The browser."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


class Program(NamedTuple):
    """One of them: its Debian package, where it is, what is not tested without it."""

    package: str
    find: Callable[[], object]
    untested: str


PROGRAMS = (
    Program("postgresql", initdb, "the store on PostgreSQL (unless a server of it answers)"),
    Program("slapd", slapd, "log-in by LDAP"),
    Program("chromium", chromium, "pages in a browser"),
)


def main() -> None:
    """Install what is missing, or say what to do."""
    missing = [program for program in PROGRAMS if not program.find()]
    apt = shutil.which("apt-get")
    if missing and apt and os.geteuid() == 0:
        _install(apt, [program.package for program in missing])
        missing = [program for program in missing if not program.find()]
    for program in missing:
        print(f"Not here: {program.package}. Not tested: {program.untested}.")
    if missing:
        names = " ".join(program.package for program in missing)
        print(f"On Debian and its kin: apt-get install {names}")


def _install(apt: str, packages: list[str]) -> None:
    # RUNLEVEL keeps Debian from starting the servers: tests start their own, with their own data.
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    print(f"Installing {', '.join(packages)} for the tests …", flush=True)
    for words in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        done = subprocess.run(
            [apt, "--quiet", "--quiet", *words], env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            print(f"apt-get {words[0]} failed: {done.stderr.strip()[-500:]}")


if __name__ == "__main__":
    main()
