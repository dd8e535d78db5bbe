"""Plug-ins, and those that cannot be loaded. A plug-in host reads them: none of their code runs here."""

from __future__ import annotations

from tradewind.api.door import Call, Door
from tradewind.api.pagination import PlainPage, page
from tradewind.api.schemas import plugins as schemas
from tradewind.auth.permissions import Resource
from tradewind.domain.messages.plugins import ListPlugins, PluginInfo, PluginsAre

door = Door("Plugin")


@door.get("/plugins", Resource.PLUGIN, query=PlainPage, answer=schemas.PluginCollectionResponse)
def get_plugins(call: Call) -> schemas.PluginCollectionResponse:
    """List plug-ins with what they bring that is used here; views and applications are not."""
    found = _read(call).plugins
    wanted = page(call.query, call.services.settings, (), ())
    shown = found[wanted.offset : wanted.offset + (wanted.limit or 0)]
    return schemas.PluginCollectionResponse(plugins=[_show(one) for one in shown], total_entries=len(found))


@door.get("/plugins/importErrors", Resource.PLUGIN, answer=schemas.PluginImportErrorCollectionResponse)
def import_errors(call: Call) -> schemas.PluginImportErrorCollectionResponse:
    """List plug-ins that cannot be loaded, with the reason."""
    problems = [
        schemas.PluginImportErrorResponse(source=source, error=error)
        for source, error in _read(call).problems
    ]
    return schemas.PluginImportErrorCollectionResponse(import_errors=problems, total_entries=len(problems))


def _read(call: Call) -> PluginsAre:
    said = call.ask(ListPlugins())
    assert isinstance(said, PluginsAre), "the plug-in host answers each question with its own kind of answer"
    return said


def _show(one: PluginInfo) -> schemas.PluginResponse:
    def names(part: str) -> list[str]:
        return list(one.parts.get(part, ()))

    return schemas.PluginResponse(
        name=one.name, source=one.source, macros=names("macros"), listeners=names("listeners"),
        operator_extra_links=names("operator_extra_links"), timetables=names("timetables"),
        global_operator_extra_links=names("global_operator_extra_links"),
    )  # fmt: skip
