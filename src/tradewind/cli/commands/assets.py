"""``assets``: what tasks update and DAGs wait for."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from tradewind.cli import acting, dag_source, output
from tradewind.cli.arguments import OUTPUT, Args, WrongUsage, arg, arguments, flag, hidden
from tradewind.domain import errors
from tradewind.domain.access import SYSTEM
from tradewind.domain.states import DagRunTriggeredBy, DagRunType
from tradewind.runtime import plugin_hosts
from tradewind.store.queries.browse import assets as browse
from tradewind.store.queries.browse.listing import Page, Where

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App
    from tradewind.store.database import Tx
    from tradewind.store.records import RunRecord

NAME, URI = arg("--name", help="the asset's name"), arg("--uri", help="the asset's uri")
ALIAS = flag("--alias", help="aliases rather than assets")


@arguments(ALIAS, OUTPUT, hidden("--columns", value=True))
def list_assets(args: Args, app: App) -> int:
    """List assets that some DAG mentions, or aliases."""
    dag_source.refresh(app)
    everything = Page(limit=None, order=(("name", False),))
    with app.database.read() as tx:
        if args.alias:
            rows = [_row(one) for one in browse.aliases.page(tx, access=SYSTEM, page=everything)]
        else:
            rows = [
                _row(one)
                for one in browse.assets.page(
                    tx, [browse.active(access=SYSTEM)], access=SYSTEM, page=everything
                )
            ]
    output.show(
        rows, args.output, columns=("name", "group") if args.alias else ("name", "uri", "group", "extra")
    )
    return 0


@arguments(ALIAS, NAME, URI, OUTPUT)
def details(args: Args, app: App) -> int:
    """Show an asset, or an alias."""
    dag_source.refresh(app)
    with app.database.read() as tx:
        found = _alias(tx, args.name) if args.alias else _asset(tx, args)
    output.show([_row(found)], args.output)
    return 0


@arguments(NAME, URI, OUTPUT)
def materialize(args: Args, app: App) -> int:
    """Run the DAG that updates an asset."""
    dag_source.refresh(app)
    now = app.clock.now()
    run = plugin_hosts.with_answers(app.plugin_ask, lambda ask: _make(args, app, now, ask))
    app.wake("run", dag_id=run.dag_id, run_id=run.run_id)
    row = {
        "dag_id": run.dag_id, "dag_run_id": run.run_id, "run_type": run.run_type, "state": run.state.value
    }  # fmt: skip
    output.show([row], args.output)
    return 0


def _make(args: Args, app: App, now: datetime, ask: plugin_hosts.Ask) -> RunRecord:
    from tradewind.api import materializing, triggering

    with app.database.write() as tx:
        asset = _asset(tx, args)
        dag_id = materializing.maker(tx, asset, access=SYSTEM)
        record, spec = acting.dag(tx, dag_id), acting.spec(tx, dag_id)
        wish = triggering.Wish(
            dag_id=dag_id, run_type=DagRunType.ASSET_MATERIALIZATION, user=acting.user(),
            triggered_by=DagRunTriggeredBy.CLI,
        )  # fmt: skip

        def note(run: RunRecord) -> None:
            acting.note(tx, app, "asset_materialize", dag_id=run.dag_id, run_id=run.run_id)

        return triggering.start(tx, record, spec, wish, now=now, ask=ask, note=note)


def _row(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__struct_fields__}


def _asset(tx: Tx, args: Args) -> browse.AssetRow:
    """The asset that the flags name. Raises WrongUsage, NotFound."""
    asked = {name: getattr(args, name) for name in ("name", "uri") if getattr(args, name)}
    if not asked:
        raise WrongUsage("Give --name or --uri to say which asset is meant.")
    if args.uri:
        from tradewind.authoring import asset_uris  # what DAG files mean by it

        asked["uri"] = asset_uris.meant(args.uri)
    found = browse.assets.page(tx, [Where(name, "eq", value) for name, value in asked.items()], access=SYSTEM)
    if not found:
        raise errors.NotFound(
            f"There is no asset with {' and '.join(f'{name} {value!r}' for name, value in asked.items())}. "
            "'airflow assets list' shows those that there are."
        )
    return found[-1]


def _alias(tx: Tx, name: str | None) -> browse.AliasRow:
    """Raises WrongUsage, NotFound."""
    if not name:
        raise WrongUsage("Give --name to say which alias is meant.")
    found = browse.aliases.one(tx, Where("name", "eq", name), access=SYSTEM)
    if found is None:
        raise errors.NotFound(f"There is no asset alias {name!r}.")
    return found
