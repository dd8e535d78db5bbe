"""What a DAG need not be told of is known by the number of the event; by its time no more."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"

_MENTIONS = """
select m.asset_id, m.dag_id, m.created_at from dag_schedule_asset_reference m
union all
select a.id, m.dag_id, m.created_at from dag_schedule_asset_name_reference m join asset a on a.name = m.name
union all
select a.id, m.dag_id, m.created_at from dag_schedule_asset_uri_reference m join asset a on a.uri = m.uri
union all
select l.asset_id, m.dag_id, m.created_at from dag_schedule_asset_alias_reference m
join asset_alias_asset l on l.alias_id = m.alias_id
"""
_BEFORE = f"""
select m.asset_id as asset_id, m.dag_id as dag_id, max(e.id) as event_id from (
    select asset_id, dag_id, min(created_at) as since from ({_MENTIONS}) every group by asset_id, dag_id
) m join asset_event e on e.asset_id = m.asset_id and e.timestamp < m.since group by m.asset_id, m.dag_id
"""  # noqa: S608 - made of constants, as are the others
_RAISE = f"""
update asset_event_seen set event_id = (
    select b.event_id from ({_BEFORE}) b
    where b.asset_id = asset_event_seen.asset_id and b.dag_id = asset_event_seen.dag_id
) where exists (
    select 1 from ({_BEFORE}) b
    where b.asset_id = asset_event_seen.asset_id and b.dag_id = asset_event_seen.dag_id
    and b.event_id > asset_event_seen.event_id
)
"""  # noqa: S608
_ADD = f"""
insert into asset_event_seen (asset_id, dag_id, event_id)
select b.asset_id, b.dag_id, b.event_id from ({_BEFORE}) b
where not exists (
    select 1 from asset_event_seen s where s.asset_id = b.asset_id and s.dag_id = b.dag_id
)
"""  # noqa: S608


def upgrade() -> None:
    """Note as seen what was older than the DAG's waiting, which was told by times before."""
    op.execute(_RAISE)
    op.execute(_ADD)
