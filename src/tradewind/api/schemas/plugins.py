"""Plug-ins."""

from __future__ import annotations

import msgspec

from tradewind.api.schemas.common import Answer, JsonObject


class PluginResponse(Answer, kw_only=True):
    """A plug-in and the names of what it brings. What is not served here is empty."""

    name: str
    source: str
    macros: list[str]
    global_operator_extra_links: list[str]
    operator_extra_links: list[str]
    listeners: list[str]
    timetables: list[str]
    flask_blueprints: list[str] = msgspec.field(default_factory=list)
    fastapi_apps: list[JsonObject] = msgspec.field(default_factory=list)
    fastapi_root_middlewares: list[JsonObject] = msgspec.field(default_factory=list)
    external_views: list[JsonObject] = msgspec.field(default_factory=list)
    react_apps: list[JsonObject] = msgspec.field(default_factory=list)
    appbuilder_views: list[JsonObject] = msgspec.field(default_factory=list)
    appbuilder_menu_items: list[JsonObject] = msgspec.field(default_factory=list)


class PluginCollectionResponse(Answer, kw_only=True):
    """A page of plug-ins."""

    plugins: list[PluginResponse]
    total_entries: int


class PluginImportErrorResponse(Answer, kw_only=True):
    """Why a plug-in cannot be loaded."""

    source: str
    error: str


class PluginImportErrorCollectionResponse(Answer, kw_only=True):
    """All that cannot."""

    import_errors: list[PluginImportErrorResponse]
    total_entries: int
