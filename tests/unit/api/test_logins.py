"""Which ways to say who asks are switched on for older clients."""

from __future__ import annotations

import pytest

from tradewind.api import logins
from tradewind.domain.errors import AirflowConfigException


def test_airflows_names() -> None:
    assert logins.ways(
        ["airflow.api.auth.backend.session", "airflow.providers.fab.auth_manager.api.auth.backend.basic_auth"]
    ) == {"session", "basic_auth"}
    assert logins.ways(["deny_all"]) == {"deny_all"}


def test_what_there_is_not_is_named() -> None:
    with pytest.raises(AirflowConfigException, match=r"'kerberos_auth'.*basic_auth"):
        logins.ways(["airflow.api.auth.backend.kerberos_auth"])
