"""Why DAG files could not be imported."""

from __future__ import annotations

from tradewind.api import filters
from tradewind.api.door import Call, Door
from tradewind.api.pagination import page
from tradewind.api.schemas import admin as schemas
from tradewind.auth.permissions import Resource
from tradewind.domain import errors
from tradewind.store.queries import import_errors as queries
from tradewind.store.records import ImportErrorRecord

door = Door("Import Error")
ORDER = {
    "id": "id",
    "import_error_id": "id",
    "timestamp": "timestamp",
    "filename": "filename",
    "bundle_name": "bundle_name",
    "stacktrace": "stacktrace",
    "stack_trace": "stacktrace",
}


@door.get(
    "/importErrors",
    Resource.IMPORT_ERROR,
    query=schemas.ImportErrorQuery,
    answer=schemas.ImportErrorCollectionResponse,
)
def get_import_errors(call: Call) -> schemas.ImportErrorCollectionResponse:
    """List import errors."""
    where = filters.conditions(call.query)
    wanted = page(call.query, call.services.settings, ORDER, ["id"])
    rows = queries.page(call.tx, where, access=call.access, page=wanted)
    return schemas.ImportErrorCollectionResponse(
        import_errors=[_show(row) for row in rows],
        total_entries=queries.listing.count(call.tx, where, access=call.access),
    )


@door.get("/importErrors/{import_error_id}", Resource.IMPORT_ERROR, answer=schemas.ImportErrorResponse)
def get_import_error(call: Call) -> schemas.ImportErrorResponse:
    """Show an import error."""
    number = int(call.path["import_error_id"])
    row = queries.get(call.tx, number, access=call.access)
    if row is None:
        raise errors.NotFound(f"There is no import error {number}: it was repaired, or never was.")
    return _show(row)


def _show(row: ImportErrorRecord) -> schemas.ImportErrorResponse:
    return schemas.ImportErrorResponse(
        import_error_id=row.id,
        timestamp=row.timestamp,
        filename=row.filename,
        bundle_name=row.bundle_name,
        stack_trace=row.stacktrace,
    )
