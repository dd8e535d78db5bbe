"""Names that provider packages and old files import: each does what it is for."""

from __future__ import annotations

import asyncio
import functools
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tradewind.authoring import (
    calling,
    context,
    crypto,
    execution,
    expand_input,
    metastore,
    oddments,
    parsing_context,
    rows,
    schedules,
    secret_cache,
    serde,
    settings,
    setup_teardown,
    state_scopes,
    task_logs,
)
from tradewind.authoring.async_operator import BaseAsyncOperator
from tradewind.authoring.dag import DAG
from tradewind.authoring.defaults import Defaults, use
from tradewind.authoring.drawing import task_group_to_dict
from tradewind.authoring.exceptions import AirflowInactiveAssetInInletOrOutletException, FileSyntaxError
from tradewind.authoring.hooks import finding
from tradewind.authoring.hooks.sql import SqliteHook
from tradewind.authoring.log_handler import FileTaskHandler
from tradewind.authoring.object_storage import ObjectStoragePath
from tradewind.authoring.operators.bash import BashOperator
from tradewind.authoring.operators.empty import EmptyOperator
from tradewind.authoring.operators.python import PythonOperator
from tradewind.authoring.providers import ProvidersManager
from tradewind.authoring.rows import NoDatabase
from tradewind.authoring.task_group import TaskGroup
from tradewind.authoring.templating.render import TemplateFailed
from tradewind.authoring.templating.templater import Templater
from tradewind.config.compat import conf
from tradewind.domain.errors import AirflowException, DagDefinitionError, InvalidValue
from tradewind.domain.messages import data
from tradewind.domain.spec import timetable as specs
from tradewind.secrets.connection import Connection
from tradewind.testing import dag_bag


@pytest.fixture
def options() -> Iterator[Any]:
    """Set options of airflow.cfg for one test."""
    given: list[tuple[str, str]] = []

    def put(section: str, key: str, value: str) -> None:
        conf.set(section, key, value)
        given.append((section, key))

    yield put
    for section, key in given:
        conf.remove_option(section, key)


def test_an_operator_that_is_a_coroutine(runs: Any) -> None:
    """§1.2 aexecute, BaseAsyncOperator."""

    class Waits(BaseAsyncOperator):
        async def aexecute(self, context: Any) -> str:
            await asyncio.sleep(0)
            return f"{context['ds']} after a wait"

    with DAG("d"):
        waits, empty = Waits(task_id="a"), BaseAsyncOperator(task_id="b")
    assert waits.is_async
    assert runs.run(waits)[0] == "2024-01-31 after a wait"
    with pytest.raises(NotImplementedError, match="defines no aexecute"):
        runs.run(empty)


def test_what_can_be_awaited() -> None:
    async def one() -> None: ...

    def other() -> None: ...

    class Called:
        async def __call__(self) -> None: ...

    @functools.wraps(one)
    def wrapped() -> Any:
        return one()

    assert [calling.is_async_callable(func) for func in (one, functools.partial(one), Called(), wrapped)] == [
        True
    ] * 4
    assert [calling.is_async_callable(func) for func in (other, functools.partial(other), Called, print)] == [
        False
    ] * 4


def test_runners_of_callables() -> None:
    async def double(n: int) -> int:
        return n * 2

    assert calling.create_executable_runner(lambda n: n + 1, {}, logger=None).run(1) == 2
    assert asyncio.run(calling.create_async_executable_runner(double, {}).run(4)) == 8


def test_fernet(options: Any) -> None:
    assert crypto.get_fernet().decrypt(crypto.get_fernet().encrypt(b"x")) == b"x"
    assert not crypto.get_fernet().is_encrypted
    options("core", "fernet_key", "cFRtSm5VNGJQZ1dRVjB3dUw3TFc3T0ZfbnF5WGdxN2U=")
    fernet = crypto.get_fernet()
    secret = fernet.encrypt(b"words")
    assert fernet.is_encrypted and secret != b"words" and fernet.decrypt(secret) == b"words"


def test_secret_cache(options: Any) -> None:
    cache = secret_cache.SecretCache

    class Clock:
        seconds = 0.0

        def monotonic(self) -> float:
            return self.seconds

        def now(self) -> datetime:
            return datetime(2024, 1, 1, tzinfo=UTC)

    cache.init()
    cache.save_variable("off", "x")
    with pytest.raises(cache.NotPresentException):
        cache.get_variable("off")
    options("secrets", "use_cache", "True")
    options("secrets", "cache_ttl_seconds", "10")
    before, cache.clock = cache.clock, Clock()
    try:
        cache.init()
        cache.save_variable("none", None)
        cache.save_connection_uri("c", "http://x")
        assert cache.get_variable("none") is None
        assert cache.get_connection_uri("c") == "http://x"
        cache.invalidate_variable("none")
        with pytest.raises(cache.NotPresentException):
            cache.get_variable("none")
        Clock.seconds = 11.0
        with pytest.raises(cache.NotPresentException):
            cache.get_connection_uri("c")
    finally:
        cache.reset()
        cache.clock = before


def test_metastore_backend(runs: Any) -> None:
    runs.link.answers[data.GetVariable] = "v"
    runs.link.answers[data.GetConnection] = {"conn_id": "c", "conn_type": "http", "host": "h"}
    with DAG("d"):
        asks = PythonOperator(
            task_id="a",
            python_callable=lambda: (
                metastore.MetastoreBackend().get_variable("k"),
                metastore.MetastoreBackend().get_connection("c").host,
            ),
        )  # fmt: skip
    assert runs.run(asks)[0] == ("v", "h")
    with pytest.raises(NoDatabase, match="only a running task"):
        metastore.MetastoreBackend().get_variable("k")


def test_templater(tmp_path: Path) -> None:
    (tmp_path / "q.sql").write_text("select {{ n }}")

    class Job(Templater):
        template_fields = ("query", "options", "plain")
        template_ext = (".sql",)

        def __init__(self) -> None:
            self.query, self.options, self.plain = "q.sql", ["{{ n }}", "q.sql"], None
            self.dag = DAG("d", template_searchpath=str(tmp_path))

    job = Job()
    assert job.render_template({"a": "{{ n }}"}, {"n": 1}) == {"a": "1"}
    job.resolve_template_files()
    assert (job.query, job.options) == ("select {{ n }}", ["{{ n }}", "select {{ n }}"])
    job._do_render_template_fields(job, job.template_fields, {"n": 2}, None, set())
    assert (job.query, job.options) == ("select 2", ["2", "select 2"])
    job.query = "missing.sql"
    with pytest.raises(TemplateFailed, match=r"missing\.sql"):
        job.resolve_template_files()


def test_paths_in_object_stores_are_templates_too(runs: Any) -> None:
    """§1.14 templates in ObjectStoragePath, in objects with template_fields, in sets and named tuples."""

    class Holder:
        template_fields = ("place",)

        def __init__(self) -> None:
            self.place = ObjectStoragePath("memory://bucket/{{ ds }}/x")

    with DAG("d"):
        made = PythonOperator(
            task_id="a", python_callable=lambda **kwargs: kwargs,
            op_kwargs={
                "path": ObjectStoragePath("s3://conn@bucket/{{ ds }}"), "holder": Holder(),
                "words": {"{{ ds }}"},
            },
        )  # fmt: skip
    result = runs.run(made)[0]
    assert result["path"] == ObjectStoragePath("s3://conn@bucket/2024-01-31")
    assert result["path"].conn_id == "conn"
    assert result["holder"].place.path == "bucket/2024-01-31/x"
    assert result["words"] == {"2024-01-31"}


def test_file_task_handler(runs: Any, tmp_path: Path) -> None:
    with DAG("d"):
        ti = runs.ti(EmptyOperator(task_id="a"), map_index=2)
    handler = FileTaskHandler(str(tmp_path))
    handler.emit(logging.makeLogRecord({"msg": "too early"}))
    handler.set_context(ti)
    handler.emit(logging.makeLogRecord({"msg": "line"}))
    handler.flush()
    file = tmp_path / "dag_id=d/run_id=r1/task_id=a/map_index=2/attempt=1.log"
    assert file.read_text() == "line\n"
    assert handler.read(ti) == (["line\n"], [{"end_of_log": True}])
    assert "There is no log file" in handler.read(ti, 2)[0][0]
    handler.close()


def test_log_tools(tmp_path: Path, options: Any) -> None:
    options("logging", "base_log_folder", str(tmp_path))
    log = logging.getLogger("test.of.paths")
    assert task_logs.relative_path_from_logger(log) is None
    handler = logging.FileHandler(tmp_path / "a.log")
    log.addHandler(handler)
    try:
        assert task_logs.relative_path_from_logger(log.getChild("inner")) == Path("a.log")
    finally:
        log.removeHandler(handler)
        handler.close()
    task_logs.configure_logging()


class Backend(state_scopes.BaseStoreBackend):
    """Keeps values itself, and gives the database their names."""

    kept: dict[str, Any] = {}  # noqa: RUF012

    def get(self, scope: Any, key: str, *, session: Any = None) -> str | None: ...
    def set(
        self, scope: Any, key: str, value: str, *, expires_at: Any = None, session: Any = None
    ) -> None: ...

    def delete(self, scope: Any, key: str, *, session: Any = None) -> None:
        self.kept.pop(f"{scope.task_id}/{key}", None)

    def clear(self, scope: Any, *, all_map_indices: bool = False, session: Any = None) -> None:
        self.kept.clear()

    async def aget(self, scope: Any, key: str, *, session: Any = None) -> str | None: ...
    async def aset(self, scope: Any, key: str, value: str, **_: Any) -> None: ...
    async def adelete(self, scope: Any, key: str, *, session: Any = None) -> None: ...
    async def aclear(self, scope: Any, **_: Any) -> None: ...

    def serialize_task_state_store_to_ref(self, *, value: Any, key: str, scope: Any) -> str:
        self.kept[f"{scope.task_id}/{key}"] = value
        return f"{scope.task_id}/{key}"

    def deserialize_task_state_store_from_ref(self, stored: str) -> Any:
        return self.kept[stored]


def test_a_state_backend_of_ones_own(runs: Any) -> None:
    """§1.16 Task state store: custom backend, clear_on_success."""
    path = f"{Backend.__module__}.{Backend.__qualname__}"
    use(Defaults(state_backend=path, state_cleared=True))
    with DAG("d"):
        ti = runs.ti(EmptyOperator(task_id="a"))
    store = context.Context.of(ti)["task_state_store"]
    store.set("job", {"id": 5})
    (kept,) = [request for request in runs.link.asked if isinstance(request, data.SetTaskState)]
    assert kept.value == '{"__airflow_state_ref__": "a/job"}'
    runs.link.answers[data.GetTaskState] = kept.value
    assert store.get("job") == {"id": 5}
    execution.forget_state(ti)
    assert Backend.kept == {}
    assert isinstance(runs.link.asked[-1], data.DeleteTaskState)


def test_scopes() -> None:
    assert state_scopes.TaskScope("d", "r", "t") == state_scopes.TaskScope("d", "r", "t", -1)
    with pytest.raises(ValueError, match="asset_id, name or uri"):
        state_scopes.AssetScope()


def test_long_state_is_told_of(runs: Any, caplog: pytest.LogCaptureFixture) -> None:
    """§1.16 [state_store] max_value_storage_bytes warns tasks, as in Airflow."""
    use(Defaults(state_bytes=10))
    with DAG("d"):
        ti = runs.ti(EmptyOperator(task_id="a"))
    context.Context.of(ti)["task_state_store"].set("k", "x" * 20)
    assert "more than the 10 of [state_store] max_value_storage_bytes" in caplog.text
    with pytest.raises(InvalidValue):
        context.Context.of(ti)["task_state_store"].set("k", None)


def test_drawing() -> None:
    with DAG("d") as dag:
        first = EmptyOperator(task_id="a").as_setup()
        with TaskGroup("g", tooltip="tip") as group:
            EmptyOperator(task_id="b")
        BashOperator.partial(task_id="m").expand(bash_command=["x"])
        first >> group
    drawn = task_group_to_dict(dag.task_group)
    assert [child["id"] for child in drawn["children"]] == ["a", "g", "m"]
    setup, inner, mapped = drawn["children"]
    assert setup["value"]["setupTeardownType"] == "setup"
    assert [child["id"] for child in inner["children"]] == ["g.b", "g.upstream_join_id"]
    assert (inner["value"]["tooltip"], inner["value"]["isMapped"], mapped["value"]["isMapped"]) == (
        "tip",
        False,
        True,
    )


def test_blocks_of_setups() -> None:
    context = setup_teardown.SetupTeardownContext
    assert not context.active
    with pytest.raises(DagDefinitionError, match="outside the context manager"):
        context.add_task(None)
    with DAG("d"):
        before, work = EmptyOperator(task_id="s").as_setup(), EmptyOperator(task_id="w")
        context.push_setup_teardown_task(before)
        assert context.active
        context.add_task(work)
        assert context.context_map == {(before,): [work]}
        context.set_work_task_roots_and_leaves()
    assert work.upstream_task_ids == {"s"} and not context.active


def test_timetables_of_schedules() -> None:
    made = schedules.create_timetable("@daily", "Europe/Berlin")
    assert made == schedules.CronDataIntervalTimetable("0 0 * * *", "Europe/Berlin")
    assert isinstance(schedules.create_timetable(None), schedules.NullTimetable)
    assert isinstance(schedules.create_timetable(timedelta(hours=1)), schedules.DeltaDataIntervalTimetable)
    assert schedules.create_timetable(made) is made


def test_a_timetable_that_extends_a_built_in_one() -> None:
    """§1.12 custom timetables may ask the built-in one they extend: next_dagrun_info and its like."""
    at = datetime(2024, 5, 1, tzinfo=UTC)

    class Later(schedules.CronDataIntervalTimetable):
        def next_dagrun_info(self, *, last_automated_data_interval: Any, restriction: Any) -> Any:
            found = super().next_dagrun_info(
                last_automated_data_interval=last_automated_data_interval, restriction=restriction
            )
            return schedules.DagRunInfo(
                run_after=found.run_after + timedelta(hours=1), data_interval=found.data_interval
            )

    later = Later("0 0 * * *")
    restriction = schedules.TimeRestriction(at, None, True)
    info = later.next_dagrun_info(last_automated_data_interval=None, restriction=restriction)
    assert (info.run_after, info.logical_date) == (at + timedelta(days=1, hours=1), at)
    assert later.infer_manual_data_interval(run_after=at).end == at
    spec = later.spec()
    assert isinstance(spec, specs.PluginTimetable)
    assert Later.deserialize(spec.data) == later
    assert not isinstance(schedules.CronDataIntervalTimetable("0 0 * * *").spec(), specs.PluginTimetable)


def test_serde_under_the_names_of_airflow() -> None:
    at = datetime(2024, 5, 1, tzinfo=UTC)
    sent = serde.serialize({"at": at})
    assert sent["at"]["__classname__"] == "datetime.datetime"
    assert serde.deserialize(sent) == {"at": at}
    assert "2024-05-01" in str(serde.deserialize(sent, full=False))


def test_parsing_context() -> None:
    with parsing_context.parsing_for(dag_id="d"):
        assert parsing_context.get_parsing_context() == ("d", None)


def test_providers_say_what_they_bring(monkeypatch: pytest.MonkeyPatch) -> None:
    class Entry:
        name, dist = "acme", None

        def __init__(self, told: Any) -> None:
            self.told = told

        def load(self) -> Any:
            return self.told

    good = Entry(lambda: {
        "package-name": "acme-provider",
        "connection-types": [
            {"connection-type": "acme", "hook-class-name": f"{SqliteHook.__module__}.SqliteHook"},
            {"connection-type": "gone", "hook-class-name": "acme.missing.Hook"},
        ],
        "task-decorators": [{"name": "acme", "class-name": "acme.task"}],
    })  # fmt: skip
    broken = Entry(lambda: 1 / 0)
    monkeypatch.setattr(finding, "packages", lambda: (good, broken))
    finding.installed.cache_clear()
    try:
        manager = ProvidersManager()
        assert list(manager.providers) == ["acme-provider"]
        assert manager.hooks["acme"].connection_id_attribute_name == "sqlite_conn_id"
        assert manager.hooks["gone"] is None
        assert manager.hooks["http"].hook_name == "HTTP"
        assert manager.taskflow_decorators == {"acme": "acme.task"}
        hook = Connection(conn_id="c", conn_type="acme")
        assert isinstance(finding.hook_of(hook), SqliteHook)
    finally:
        finding.installed.cache_clear()


@pytest.mark.parametrize(
    "way",
    [
        "from airflow.models import Connection; found = Connection('db', 'sqlite')",
        "from airflow.sdk import Connection; found = Connection.get('db')",
        "from airflow.hooks.base import BaseHook; found = BaseHook.get_connection('db')",
        "from tradewind.authoring.accessors import Connections; found = Connections().db",
    ],
)
def test_a_connection_makes_its_hook_wherever_dag_code_has_it(way: str, tmp_path: Path) -> None:
    """Also where no task runs: while a file is imported, in a trigger, in ``dag.test``."""
    asks = "print(type(found.get_hook()).__name__)"
    done = subprocess.run(
        [sys.executable, "-c", f"{way}\n{asks}"],
        env={**os.environ, "AIRFLOW_CONN_DB": "sqlite://", "AIRFLOW_HOME": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("SqliteHook\n", "")


def test_stand_ins_say_what_to_do() -> None:
    with pytest.raises(AirflowException, match=r"settings\.engine\.connect needs the metadata database"):
        settings.engine.connect()
    settings.pod_mutation_hook(object())
    with pytest.raises(NoDatabase, match="api/v2/assets"):
        rows.AssetModel.name
    with pytest.raises(NoDatabase, match="aliases"):
        rows.expand_alias_to_assets("a")


def test_small_values(runs: Any) -> None:
    assert expand_input.EXPAND_INPUT_EMPTY.values == {}
    assert str(FileSyntaxError(3, "no")) == "no. Line number: 3,"
    assert "agree on one" in str(AirflowInactiveAssetInInletOrOutletException(["a"]))
    with DAG("d"):
        ti = runs.ti(EmptyOperator(task_id="a"))
    simple = oddments.SimpleTaskInstance.from_ti(ti)
    assert oddments.SimpleTaskInstance.from_dict(simple.as_dict()) == simple
    assert (simple.task_id, simple.key.run_id) == ("a", "r1")


def test_files_that_may_hold_dags(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("from airflow import DAG")
    (tmp_path / "b.py").write_text("nothing")
    (tmp_path / ".airflowignore").write_text("c.py")
    (tmp_path / "c.py").write_text("from airflow import DAG")
    assert dag_bag.list_py_file_paths(tmp_path) == [str(tmp_path / "a.py")]
    assert len(dag_bag.list_py_file_paths(tmp_path, safe_mode=False)) == 2
    assert dag_bag.list_py_file_paths(tmp_path / "b.py") == [str(tmp_path / "b.py")]
    assert dag_bag.list_py_file_paths(None) == []
