"""Installed packages that are not there: folders for ``PYTHONPATH``."""

from __future__ import annotations

from pathlib import Path

_METADATA = """\
Metadata-Version: 2.1
Name: acme-airflow-provider
Version: 1.2.0
Summary: Operators for Acme's ovens.
Project-URL: Documentation, https://acme.example/docs
"""
_MODULES = ("__init__.py", "hooks/__init__.py", "hooks/oven.py", "operators/__init__.py", "operators/bake.py")


def provider_package(folder: Path) -> Path:
    """A provider package whose code must not be run to tell about it."""
    told = folder / "acme_airflow_provider-1.2.0.dist-info"
    told.mkdir(parents=True)
    (told / "METADATA").write_text(_METADATA)
    (told / "entry_points.txt").write_text(
        "[apache_airflow_provider]\nprovider_info = acme_provider:get_provider_info\n"
    )
    (told / "RECORD").write_text("".join(f"acme_provider/{name},,\n" for name in _MODULES))
    for name in _MODULES:
        path = folder / "acme_provider" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("raise RuntimeError('this is not to be run')\n" if name == "__init__.py" else "")
    return folder
