"""Who looks at the UI, and what they may do there."""

from __future__ import annotations

from datetime import datetime

from tradewind.api.schemas.common import Answer


class UIRight(Answer, kw_only=True):
    """What somebody may do to things of one kind, on at least one DAG where those are a DAG's."""

    read: bool
    create: bool
    edit: bool
    delete: bool


class UIRights(Answer, kw_only=True):
    """By kind of thing (``auth.permissions.Resource``)."""

    dag: UIRight
    run: UIRight
    task: UIRight
    task_instance: UIRight
    log: UIRight
    xcom: UIRight
    code: UIRight
    version: UIRight
    import_error: UIRight
    audit: UIRight
    job: UIRight
    pool: UIRight
    asset: UIRight
    connection: UIRight
    variable: UIRight
    config: UIRight
    plugin: UIRight
    user: UIRight
    role: UIRight


class UIMe(Answer, kw_only=True):
    """The person, and what their UI begins with."""

    name: str
    display_name: str
    roles: list[str]
    all_dags: bool
    """They reach every DAG; else what ``rights`` says holds for some of them only."""
    rights: UIRights
    rights_vary: bool
    """They may do to some DAGs what they may not do to others: ``/dags/{dag_id}/rights`` knows."""
    can_log_out: bool
    """They logged in themselves: no proxy says who they are, and not everybody is an admin."""
    session_ends: datetime | None
    """When they have to log in again, where that is known."""
    instance_name: str
    version: str
    default_timezone: str
    languages: list[str]
    docs: bool
    """/docs is served."""
    test_connections: bool
    """Connections can be tested."""
