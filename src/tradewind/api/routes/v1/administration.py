"""Pools, variables, connections; what the installation is; what happened to it."""

from __future__ import annotations

from typing import Final

from msgspec import UNSET, UnsetType

from tradewind.api.door import Call
from tradewind.api.routes.public import connections, variables
from tradewind.api.routes.v1.translation import like, names, one, page, paged
from tradewind.api.schemas import connections as connection_schemas
from tradewind.api.schemas import variables as variable_schemas
from tradewind.api.schemas.common import MaskQuery
from tradewind.auth.permissions import Action
from tradewind.store.queries.browse import secrets as browse
from tradewind.store.queries.browse.listing import Where

MASKED: Final = names("update_mask")

# --- pools, variables ------------------------------------------------------------------------------

POOL = one(
    "name slots occupied_slots running_slots queued_slots open_slots scheduled_slots deferred_slots"
    " description include_deferred"
)
_POOL_FIELDS: Final = "slots description include_deferred"
VARIABLE = one("key description value")


def _set_variable(call: Call) -> variable_schemas.VariableResponse:
    """In v1 a variable that is there is overwritten, which here takes the right to edit it."""
    key = call.body.key
    there = browse.variables.one(call.tx, Where("key", "eq", key), access=call.access)
    if there is None:
        made: variable_schemas.VariableResponse = variables.post_variable(call)
        return made
    call.require(Action.EDIT)
    call.path, call.query = {"variable_key": key}, MaskQuery()
    changed: variable_schemas.VariableResponse = variables.patch_variable(call)
    return changed


# --- connections -----------------------------------------------------------------------------------

_CONNECTION: Final = "connection_id conn_type description host login schema port"
CONNECTION = one(f"{_CONNECTION} extra")
_CONNECTION_FIELDS = names(f"{_CONNECTION} password extra")


class ConnectionPatch(connection_schemas.ConnectionBody, kw_only=True):
    """What to change of a connection; v1 needs neither its id nor its type again."""

    connection_id: connection_schemas.ConnectionId | UnsetType = UNSET  # type: ignore[assignment]
    conn_type: connection_schemas.ConnType | UnsetType = UNSET  # type: ignore[assignment]


def _patch_connection(call: Call) -> connection_schemas.ConnectionResponse:
    if call.body.connection_id is UNSET:
        call.body.connection_id = call.path["connection_id"]
    changed: connection_schemas.ConnectionResponse = connections.patch_connection(call)
    return changed


# --- the installation, and what happened to it -------------------------------------------------------

EVENT = one(
    "event_log_id when dag_id task_id run_id map_index try_number event owner extra",
    execution_date="logical_date",
)
IMPORT_ERROR = one("import_error_id timestamp filename stack_trace")
PLUGIN = one(
    "name macros flask_blueprints appbuilder_views appbuilder_menu_items global_operator_extra_links"
    " operator_extra_links source listeners timetables",
    **dict.fromkeys(("hooks", "executors", "ti_deps"), lambda _: []),
)
_PROCESSOR: Final = {"status": None, "latest_dag_processor_heartbeat": None}
HEALTH = one("metadatabase scheduler triggerer", dag_processor=lambda it: it["dag_processor"] or _PROCESSOR)


OPERATIONS = [
    like("GET /pools", "get_pools", query=paged(), answer=page("pools", POOL)),
    like("POST /pools", "post_pool", body=names(f"name {_POOL_FIELDS}"), answer=POOL),
    like("GET /pools/{pool_name:path}", "get_pool", answer=POOL),
    like("PATCH /pools/{pool_name:path}", "patch_pool", query=MASKED, answer=POOL,
         body=names(f"name=pool {_POOL_FIELDS}")),
    like("DELETE /pools/{pool_name:path}", "delete_pool"),
    like("GET /variables", "get_variables", query=paged(), answer=page("variables", VARIABLE)),
    like("POST /variables", "post_variable", name="post_variables", handler=_set_variable,
         body=names("key value description"), answer=VARIABLE),
    like("GET /variables/{variable_key:path}", "get_variable", answer=VARIABLE),
    like("PATCH /variables/{variable_key:path}", "patch_variable", query=MASKED,
         body=names("key value description"), answer=VARIABLE),
    like("DELETE /variables/{variable_key:path}", "delete_variable"),
    like("GET /connections", "get_connections", query=paged(), answer=page("connections", one(_CONNECTION))),
    like("POST /connections", "post_connection", body=_CONNECTION_FIELDS, answer=CONNECTION),
    like("POST /connections/test", "test_connection", body=_CONNECTION_FIELDS, answer=one("status message")),
    like("GET /connections/{connection_id:path}", "get_connection", answer=CONNECTION),
    like("PATCH /connections/{connection_id:path}", "patch_connection", query=MASKED, body=_CONNECTION_FIELDS,
         body_kind=ConnectionPatch, handler=_patch_connection, answer=CONNECTION),
    like("DELETE /connections/{connection_id:path}", "delete_connection"),
    like("GET /eventLogs", "get_event_logs", answer=page("event_logs", EVENT),
         query=paged("dag_id task_id run_id map_index try_number event owner before after included_events"
                     " excluded_events")),
    like("GET /eventLogs/{event_log_id}", "get_event_log", answer=EVENT),
    like("GET /importErrors", "get_import_errors", query=paged(), answer=page("import_errors", IMPORT_ERROR)),
    like("GET /importErrors/{import_error_id}", "get_import_error", answer=IMPORT_ERROR),
    like("GET /plugins", "get_plugins", query=names("limit offset", unless={"limit": "100"}),
         answer=page("plugins", PLUGIN)),
    like("GET /providers", "get_providers", query=names(unless={"limit": "100"}),
         answer=page("providers", one("package_name description version"))),
    like("GET /config", "get_config", query=names("section"), answer=one("sections")),
    like("GET /config/section/{section}/option/{option}", "get_config_value", name="get_value",
         answer=one("sections")),
    like("GET /health", "get_health", answer=HEALTH),
    like("GET /version", "get_version", answer=one("version git_version")),
]  # fmt: skip
