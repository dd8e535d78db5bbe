"""What the stream of changes says."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from tradewind.api.schemas.common import Answer


class UIChangesQuery(msgspec.Struct, kw_only=True):
    """For how long."""

    seconds: Annotated[float, Meta(gt=0, le=86_400)] | None = None
    """After these the stream ends by itself; without them, when the reader or the server does."""


class UIChanges(Answer, kw_only=True):
    """The data of one event ``change``: what is another than before. Ask for it again where it is on view."""

    dags: list[str]
    runs: list[tuple[str, str]]
    """DAG and run; where they are many, only their DAGs are named."""
    kinds: list[str]
    """Of what is named neither: assets, audit, backfills, connections, dags, deadlines, hitl, import_errors,
    jobs, pools, users, variables."""
    everything: bool
    """So much that it is not told apart."""
