"""Makes a home: its folder, the dags folder and an airflow.cfg to edit."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

from tradewind.config.problems import HomeUnusable
from tradewind.config.sections import SECTIONS

_HEAD = """\
# Settings. Every option is shown with its default and commented out: take the '#' away and change the value.
# An environment variable AIRFLOW__SECTION__KEY comes before this file. 'airflow config list' shows what
# holds now and where it came from.
"""


def make_home(home: Path, file: Path, dags_folder: Path | None = None) -> bool:
    """Make the folder and, where there is none, airflow.cfg with a new Fernet key (mode 0600). True if made.

    Raises HomeUnusable.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        (dags_folder or home / "dags").mkdir(parents=True, exist_ok=True)
        made = not file.exists() and _write_new(file, template())
        if not os.access(home, os.W_OK | os.X_OK):
            raise PermissionError(13, "it is not writable")
    except OSError as error:
        raise HomeUnusable(home, error) from error
    return made


def template(fernet_key: str | None = None) -> str:
    """The text of a new airflow.cfg; the Fernet key is the only value that it sets."""
    parts = [_HEAD]
    for name, cls in SECTIONS.items():
        parts.append(f"\n[{name}]")
        for field in dataclasses.fields(cls):
            declared = field.metadata["option"]
            parts.append(f"# {declared.doc}")
            if (name, field.name) == ("core", "fernet_key"):
                parts.append(f"fernet_key = {fernet_key or _new_key()}")
            else:
                parts.append(f"# {field.name} = {(declared.default or '').replace('%', '%%')}")
    return "\n".join(parts) + "\n"


def _write_new(file: Path, text: str) -> bool:
    """Write the whole file or nothing; False where somebody else wrote it in the meantime."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    file.parent.mkdir(parents=True, exist_ok=True)
    fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(fd, "w", encoding="utf-8") as sink:
            sink.write(text)
        os.link(draft, file)
    except FileExistsError:
        return False
    finally:
        draft.unlink(missing_ok=True)
    return True


def _new_key() -> str:
    import base64

    return base64.urlsafe_b64encode(os.urandom(32)).decode("ascii")
