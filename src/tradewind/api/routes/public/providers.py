"""Provider packages that are installed beside this server. None of their code is run to tell."""

from __future__ import annotations

from tradewind.api.door import Call, Door
from tradewind.api.pagination import PlainPage, page
from tradewind.api.schemas import installation as schemas
from tradewind.auth.permissions import Resource
from tradewind.runtime import distributions

door = Door("Provider")


@door.get("/providers", Resource.PLUGIN, query=PlainPage, answer=schemas.ProviderCollectionResponse)
def get_providers(call: Call) -> schemas.ProviderCollectionResponse:
    """List installed provider packages."""
    found = distributions.offering("apache_airflow_provider")
    wanted = page(call.query, call.services.settings, (), ())
    return schemas.ProviderCollectionResponse(
        providers=[
            schemas.ProviderResponse(
                package_name=one.name,
                description=one.summary,
                version=one.version,
                documentation_url=one.docs,
            )
            for one in found[wanted.offset : wanted.offset + (wanted.limit or 0)]
        ],
        total_entries=len(found),
    )
