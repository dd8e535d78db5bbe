"""What provider packages stand on: hooks, loggers, time-outs, plug-ins, links, lineage."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from tradewind import secrets
from tradewind.authoring import lineage, parsing_context, secrets_masker
from tradewind.authoring.hooks.base import BaseHook
from tradewind.authoring.logging_mixin import LoggingMixin, remove_escape_codes
from tradewind.authoring.plugin import AirflowPlugin, AirflowPluginException
from tradewind.authoring.stats import Stats
from tradewind.authoring.templating import macros
from tradewind.authoring.timeout import timeout
from tradewind.authoring.weekday import WeekDay
from tradewind.domain.errors import AirflowTaskTimeout, ConnectionNotFound, InvalidValue
from tradewind.secrets.connection import Connection
from tradewind.telemetry.masking import MASKER


class OneConnection:
    def get_connection(self, conn_id: str) -> Connection | None:
        return Connection(conn_id=conn_id, conn_type="http", host="example.com") if conn_id == "web" else None


@pytest.fixture
def chain() -> Iterator[None]:
    before = secrets.current()
    secrets.use(secrets.Chain([OneConnection()]))
    yield
    secrets.use(before)


@pytest.mark.usefixtures("chain")
def test_hooks_find_connections() -> None:
    assert BaseHook.get_connection("web").host == "example.com"
    assert [one.host for one in BaseHook.get_connections("web")] == ["example.com"]
    assert Connection.get("web").conn_type == "http"
    with pytest.raises(ConnectionNotFound, match="AIRFLOW_CONN_DB"):
        BaseHook.get_connection("db")


def test_a_hook_must_say_how_to_connect() -> None:
    with pytest.raises(NotImplementedError, match="BaseHook"):
        BaseHook().get_conn()


class Thing(LoggingMixin):
    pass


def test_loggers_are_named_after_classes(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        Thing().log.info("here")
    assert caplog.records[0].name == f"{__name__}.Thing"
    assert remove_escape_codes("\x1b[31mred\x1b[0m") == "red"


def test_timeout_ends_a_block() -> None:
    with pytest.raises(AirflowTaskTimeout, match="too slow"), timeout(0.02, "too slow"):
        threading.Event().wait(5)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_timeout_gives_the_outer_alarm_back() -> None:
    before = signal.signal(signal.SIGALRM, signal.SIG_IGN)
    try:
        signal.setitimer(signal.ITIMER_REAL, 50)
        with timeout(5):
            assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= 5
        assert 40 < signal.getitimer(signal.ITIMER_REAL)[0] <= 50
        with timeout(100):
            assert signal.getitimer(signal.ITIMER_REAL)[0] <= 50
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_timeout_in_a_thread_limits_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def body() -> None:
        with timeout(0.01):
            time.sleep(0)

    thread = threading.Thread(target=body)
    thread.start()
    thread.join(5)
    assert "main thread only" in caplog.text


def test_secrets_are_hidden_by_value_and_by_name() -> None:
    secrets_masker.mask_secret("very-secret-words")
    assert MASKER.mask("a very-secret-words b") == "a *** b"
    assert secrets_masker.redact({"password": "x", "user": "u"}) == {"password": "***", "user": "u"}
    assert secrets_masker.should_hide_value_for_key("api_key")
    assert not secrets_masker.should_hide_value_for_key(5)


def test_a_plugin_brings_macros() -> None:
    def twice(text: str) -> str:
        return text * 2

    class Mine(AirflowPlugin):
        name = "mine"
        macros = [twice]  # noqa: RUF012 - as plug-ins write it

    assert macros.mine.twice("a") == "aa"
    Mine.validate()
    with pytest.raises(AirflowPluginException, match="needs a name"):
        AirflowPlugin.validate()


def test_a_file_may_ask_what_it_is_imported_for() -> None:
    """§1.3 get_parsing_context."""
    assert parsing_context.get_parsing_context() == (None, None)
    with parsing_context.parsing_for("dag", "task"):
        assert parsing_context.get_parsing_context().dag_id == "dag"
    assert parsing_context.get_parsing_context().dag_id is None


def test_days_of_the_week() -> None:
    assert WeekDay.convert("monday") == 1
    assert WeekDay.validate_week_day({"Saturday", WeekDay.SUNDAY}) == {6, 7}
    assert WeekDay.validate_week_day("Friday") == {5}
    with pytest.raises(InvalidValue, match="MONDAY"):
        WeekDay.convert("mon")
    with pytest.raises(InvalidValue, match="a set or list"):
        WeekDay.validate_week_day(5)


def test_counters_and_lineage_are_accepted() -> None:
    Stats.incr("a")
    Stats.gauge("b", 1.0)
    with Stats.timer("c"):
        pass
    collector = lineage.get_hook_lineage_collector()
    collector.add_input_asset(None, uri="s3://x")
    assert not collector.has_collected
    assert lineage.HookLineageReader().retrieve_hook_lineage().inputs == []
