"""An edit is seen, however soon it follows the one before and however equal in length."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from tradewind.runtime import careful_imports
from tradewind.runtime.careful_imports import CarefulLoader


def value(path: Path) -> int:
    """What importing the file gives."""
    found: dict[str, int] = {}
    exec(CarefulLoader("m", str(path)).get_code("m"), found)
    return found["X"]


@pytest.mark.parametrize(("age", "kept"), [(0.0, False), (60.0, True)])
def test_byte_code_is_kept_of_what_is_at_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, age: float, kept: bool
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    path = tmp_path / "m.py"
    path.write_text("X = 1")
    saved = time.time() - age
    os.utime(path, (saved, saved))
    assert value(path) == 1
    assert bool(list(tmp_path.glob("__pycache__/*.pyc"))) is kept
    path.write_text("X = 2")
    assert value(path) == 2


def test_a_source_that_is_gone(tmp_path: Path) -> None:
    CarefulLoader("m", "").set_data(str(tmp_path / "__pycache__" / "m.cpython-311.pyc"), b"")
    assert not list(tmp_path.iterdir())


def test_folders_of_people_are_read_that_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path_hooks", list(sys.path_hooks))
    careful_imports.install()
    careful_imports.install()
    (tmp_path / "careful_m.py").write_text("X = 1")
    monkeypatch.syspath_prepend(str(tmp_path))
    import careful_m

    assert isinstance(careful_m.__loader__, CarefulLoader)
    del sys.modules["careful_m"]
