"""``ProvidersManager``: what installed provider packages say of themselves."""

from __future__ import annotations

import functools
import logging
from collections.abc import Mapping
from typing import Any

import msgspec

from tradewind.authoring.hooks import finding
from tradewind.domain.errors import AirflowException
from tradewind.runtime import plugins

_log = logging.getLogger("tradewind.providers")


class ProviderInfo(msgspec.Struct, frozen=True):
    """One package: its version, and what its ``get_provider_info`` gives."""

    version: str
    data: dict[str, Any]


class HookInfo(msgspec.Struct, frozen=True):
    """A hook: its class, and what it calls itself."""

    hook_class_name: str
    connection_id_attribute_name: str
    package_name: str
    hook_name: str
    connection_type: str
    connection_testable: bool = False


class ProvidersManager:
    """Read once a process. Hooks are imported when ``hooks`` is asked for one."""

    @functools.cached_property
    def providers(self) -> Mapping[str, ProviderInfo]:
        """Package name to what it says."""
        found = {}
        for entry in finding.packages():
            told, dist = finding.told(entry), entry.dist
            if told:
                name = str(told.get("package-name") or (dist.name if dist else entry.name))
                found[name] = ProviderInfo(version=dist.version if dist else "", data=told)
        return dict(sorted(found.items()))

    @functools.cached_property
    def hooks(self) -> Mapping[str, HookInfo | None]:
        """Type of connection to its hook; None for one that cannot be imported."""
        paths = {
            **{kind: path.replace(":", ".") for kind, path in finding.OURS.items()},
            **finding.installed(),
        }
        return {kind: _hook(kind, path) for kind, path in sorted(paths.items())}

    @property
    def taskflow_decorators(self) -> dict[str, str]:
        """Name of a decorator (``@task.<name>``) to its import path."""
        offered = [one for info in self.providers.values() for one in info.data.get("task-decorators", ())]
        return {one["name"]: one["class-name"] for one in offered}

    @property
    def extra_links_class_names(self) -> list[str]:
        """Import paths of links that packages bring."""
        return sorted({path for info in self.providers.values() for path in info.data.get("extra-links", ())})

    def initialize_providers_list(self) -> None:
        """Read the packages' words now."""
        _ = self.providers

    def initialize_providers_hooks(self) -> None:
        """Import the hooks now."""
        _ = self.hooks


def _hook(kind: str, path: str) -> HookInfo | None:
    try:
        found = plugins.load_object(path)
    except AirflowException as error:
        _log.warning("The hook %s cannot be imported: %s", path, error)
        return None
    package = path.partition(".hooks.")[0] if path.startswith("airflow.providers.") else "tradewind"
    return HookInfo(
        hook_class_name=path,
        connection_id_attribute_name=str(getattr(found, "conn_name_attr", "conn_id")),
        package_name="apache-" + package.replace(".", "-") if package != "tradewind" else package,
        hook_name=str(getattr(found, "hook_name", kind)),
        connection_type=kind,
        connection_testable=hasattr(found, "test_connection"),
    )
