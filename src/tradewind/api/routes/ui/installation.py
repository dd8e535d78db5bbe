"""What this installation is: its configuration with sources, provider packages, types of connections.

No code of a provider package is run to tell what it brings.
"""

from __future__ import annotations

from itertools import groupby

import msgspec

from tradewind.api.door import Call, Door
from tradewind.api.routes.public import config
from tradewind.api.routes.ui import PREFIX, TAG
from tradewind.api.schemas.ui import installation as schemas
from tradewind.auth.permissions import Resource
from tradewind.config.explain import Row
from tradewind.domain import connection_types
from tradewind.runtime import distributions
from tradewind.telemetry.masking import MASK

door = Door(TAG, PREFIX)


@door.get("/config", Resource.CONFIG, name="ui_config", answer=schemas.UIConfig)
def get_config(call: Call) -> schemas.UIConfig:
    """Show the configuration, each option with what it is for and where its value comes from."""
    if not config.is_exposed(call):
        return schemas.UIConfig(exposed=False, sections=[])
    rows = sorted(call.services.options(), key=lambda row: row.section)
    sections = [
        schemas.UISection(name=name, options=[_option(row) for row in of_it])
        for name, of_it in groupby(rows, key=lambda row: row.section)
    ]
    return schemas.UIConfig(exposed=True, sections=sections)


def _option(row: Row) -> schemas.UIOption:
    value = config.shown(row)
    return schemas.UIOption(
        key=row.key, value=value, masked=MASK in value, source=row.source, source_kind=row.source_kind,
        about=row.doc, used=row.used,
    )  # fmt: skip


@door.get(
    "/connection-types", Resource.CONNECTION, name="ui_connection_types", answer=schemas.UIConnectionTypes
)
def get_connection_types(_: Call) -> schemas.UIConnectionTypes:
    """List the types of connections that a form knows, with the fields of each."""
    there = {one.name for one in distributions.offering("apache_airflow_provider")}
    return schemas.UIConnectionTypes(types=[_type(one, there) for one in connection_types.TYPES])


def _type(one: connection_types.ConnectionType, there: set[str]) -> schemas.UIConnectionType:
    return schemas.UIConnectionType(
        name=one.name, label=one.label, package=one.package,
        installed=one.package is None or one.package in there,
        hidden=list(one.hidden), labels=dict(one.labels), examples=dict(one.examples),
        extras=[schemas.UIExtraField(**msgspec.structs.asdict(extra)) for extra in one.extras],
    )  # fmt: skip


@door.get("/providers", Resource.PLUGIN, name="ui_providers", answer=schemas.UIProviders)
def get_providers(_: Call) -> schemas.UIProviders:
    """List installed provider packages with the modules that they bring."""
    found = distributions.offering("apache_airflow_provider")
    return schemas.UIProviders(
        providers=[
            schemas.UIProvider(
                name=one.name, version=one.version, description=one.summary, documentation_url=one.docs,
                modules={kind: list(names) for kind, names in one.modules.items()},
            )
            for one in found
        ]
    )  # fmt: skip
