"""Have a DAG file parsed again, before all others."""

from __future__ import annotations

from tradewind.api import file_tokens, missing
from tradewind.api.door import Call, Door
from tradewind.auth.permissions import Resource
from tradewind.auth.tokens import TokenInvalid
from tradewind.domain import errors
from tradewind.store.queries import parse_requests
from tradewind.store.queries.browse import dags as browse
from tradewind.store.queries.browse.listing import Where

door = Door("DAG Parsing")


@door.put("/parseDagFile/{file_token}", Resource.DAG, status=201)
def reparse_dag_file(call: Call) -> None:
    """Ask the DAG processor to read a file now. It takes somebody who may edit all DAGs of that file."""
    try:
        bundle, path = file_tokens.read(call.services.signer, call.path["file_token"])
    except TokenInvalid as error:
        raise errors.NotFound("File not found") from error
    where = [Where("bundle_name", "eq", bundle), Where("relative_fileloc", "eq", path)]
    mine = browse.dags.count(call.tx, where, access=call.access)
    if not mine or browse.defines_others(call.tx, bundle, path, access=call.access):
        seen = browse.dags.count(call.tx, where, access=call.sees)
        raise missing.right(call, f"file {path!r}") if seen else errors.NotFound("File not found")
    parse_requests.add(call.tx, bundle, path)
    call.audit("reparse_dag_file", extra={"bundle_name": bundle, "relative_fileloc": path})
    call.wake("parse")
