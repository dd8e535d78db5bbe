"""Makes virtual environments: with uv where it is installed, else with ``venv`` and pip."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec

from tradewind.authoring import shell
from tradewind.domain.errors import AirflowConfigException, AirflowException

_MARKER: Final = "install_complete_marker.json"
"""Written last: a folder without it was not finished, and is made again."""


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """What an environment is made of; equal recipes share a cached environment."""

    requirements: tuple[str, ...] = ()
    python_version: str | None = None
    system_site_packages: bool = True
    pip_install_options: tuple[str, ...] = ()
    index_urls: tuple[str, ...] | None = None
    """None: as pip is configured. Empty: no index at all."""
    cache_key: str = ""
    """The variable ``PythonVirtualenvOperator.cache_key``: changing it makes all cached environments anew."""

    def text(self) -> str:
        """All of it as JSON; without passwords that index URLs may hold."""
        urls = None if self.index_urls is None else [url.rpartition("@")[2] for url in self.index_urls]
        fields = {**msgspec.structs.asdict(self), "index_urls": urls}
        return json.dumps({**fields, "python": _version(self)}, sort_keys=True)

    def name(self) -> str:
        """The folder of its cached environment."""
        return f"venv-{hashlib.sha256(self.text().encode()).hexdigest()[:16]}"


def _version(recipe: Recipe) -> str:
    return recipe.python_version or ".".join(str(part) for part in sys.version_info[:3])


def cached(recipe: Recipe, cache: Path, sh: shell.Shell) -> Path:
    """The Python of an environment that is kept in ``cache``; made if it is not there.

    Raises AirflowException where it cannot be made.
    """
    folder = cache / recipe.name()
    cache.mkdir(parents=True, exist_ok=True)
    with _locked(cache / f"{recipe.name()}.lock"):
        marker = folder / _MARKER
        if not marker.exists() or marker.read_text() != recipe.text():
            shutil.rmtree(folder, ignore_errors=True)
            make(recipe, folder, sh)
            marker.write_text(recipe.text())
    return python_of(folder)


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Nobody else makes the same environment meanwhile; the lock goes with the process."""
    with file.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def python_of(folder: Path) -> Path:
    """The interpreter of an environment."""
    return folder / "bin" / "python"


def make(recipe: Recipe, folder: Path, sh: shell.Shell) -> Path:
    """Make it in ``folder``; its Python. Raises AirflowException with the command that failed."""
    uv = _uv()
    interpreter = _interpreter(recipe, uv)
    site = ["--system-site-packages"] if recipe.system_site_packages else []
    if uv:
        _run(sh, [uv, "venv", "--python", interpreter, *site, str(folder)], recipe)
    else:
        _run(sh, [interpreter, "-m", "venv", *site, str(folder)], recipe)
    if recipe.requirements:
        _install(recipe, folder, sh, uv)
    return python_of(folder)


def _install(recipe: Recipe, folder: Path, sh: shell.Shell, uv: str | None) -> None:
    listed = folder / "requirements.txt"
    listed.write_text("\n".join(recipe.requirements) + "\n")
    python = str(python_of(folder))
    program = [uv, "pip", "install", "--python", python] if uv else [python, "-m", "pip", "install"]
    no_index = ["--no-index"] if recipe.index_urls == () else []
    _run(sh, [*program, *no_index, *recipe.pip_install_options, "-r", str(listed)], recipe)


def _run(sh: shell.Shell, argv: list[str], recipe: Recipe) -> None:
    ended = sh.run_argv(argv, env={**os.environ, **_index(recipe.index_urls)}, cwd=None)
    if ended.exit_code != 0:
        raise AirflowException(
            f"The virtual environment cannot be made: {' '.join(argv)} ended with exit code "
            f"{ended.exit_code}{ended.meaning}. Its output is in the task's log; the last line is: "
            f"{ended.last_line}"
        )


def _index(urls: tuple[str, ...] | None) -> dict[str, str]:
    """Index URLs as environment variables, so that no password stands in a command line or log."""
    if not urls:
        return {}
    first, others = urls[0], " ".join(urls[1:])
    found = {"PIP_INDEX_URL": first, "UV_DEFAULT_INDEX": first}
    return {**found, "PIP_EXTRA_INDEX_URL": others, "UV_INDEX": others} if others else found


def _uv() -> str | None:
    """The path of uv, if it is to be used. Raises AirflowConfigException."""
    from tradewind.config import compat  # only tasks that make environments ask

    method = str(compat.conf.get("standard", "venv_install_method", fallback="auto") or "auto").lower()
    if method not in {"auto", "uv", "pip"}:
        raise AirflowConfigException(
            f"[standard] venv_install_method must be auto, uv or pip, got {method!r}."
        )
    found = shutil.which("uv") if method != "pip" else None
    if method == "uv" and found is None:
        raise AirflowConfigException("[standard] venv_install_method is uv, but uv is not on the PATH.")
    return found


def _interpreter(recipe: Recipe, uv: str | None) -> str:
    """The Python to make it with. Raises AirflowException where that version is not installed."""
    if recipe.python_version is None:
        return sys.executable
    if uv:
        return recipe.python_version
    wanted = f"python{recipe.python_version}"
    found = shutil.which(wanted)
    if found is not None:
        return found
    if sys.version.startswith(f"{recipe.python_version}."):
        return sys.executable
    raise AirflowException(
        f"python_version={recipe.python_version!r} asks for {wanted}, which is not on the PATH. Install it, "
        f"or install uv, which fetches Pythons itself."
    )


def as_list(name: str, value: Any) -> list[str]:
    """One text or several as a list. Raises AirflowException."""
    if value is None:
        return []
    several = [value] if isinstance(value, str) else list(value)
    wrong = [one for one in several if not isinstance(one, str)]
    if wrong:
        raise AirflowException(f"{name} must be text or a list of texts, got {wrong[0]!r}.")
    return several
