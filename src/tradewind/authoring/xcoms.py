"""``XCom``: XComs by DAG, run and task, for code that has no ``ti`` in hand. It asks as the running task."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from tradewind.authoring import context, serde, xcom
from tradewind.authoring.task_run import RETURN_KEY
from tradewind.domain.errors import AirflowException
from tradewind.domain.messages import data


def _loaded(text: str | None, asked: data.GetXCom | data.GetXComSlice) -> Any:
    """The value, by the back end that pushed it."""
    return xcom.load(text, key=asked.key, dag_id=asked.dag_id, task_id=asked.task_id, run_id=asked.run_id)


class XCom:
    """Airflow's way to XComs without a task instance. Works inside a running task."""

    XCOM_RETURN_KEY = RETURN_KEY

    @classmethod
    def get_value(cls, *, ti_key: Any, key: str = RETURN_KEY, **_: Any) -> Any:
        """The value that the task instance of that key pushed, or None."""
        return cls.get_one(
            key=key, dag_id=ti_key.dag_id, task_id=ti_key.task_id, run_id=ti_key.run_id,
            map_index=ti_key.map_index,
        )  # fmt: skip

    @classmethod
    def get_one(
        cls, *, key: str = RETURN_KEY, dag_id: str | None = None, task_id: str | None = None,
        run_id: str | None = None, map_index: int | None = None, include_prior_dates: bool = False, **_: Any,
    ) -> Any:  # fmt: skip
        """One value, or None. What is not named is that of the running task."""
        ti = _running()
        request = data.GetXCom(
            dag_id=dag_id or ti.dag_id, task_id=task_id or ti.task_id, run_id=run_id or ti.run_id, key=key,
            map_index=map_index, include_prior_dates=include_prior_dates,
        )  # fmt: skip
        request = xcom.storing(ti.ask, request)
        return _loaded(ti.ask(request), request)

    @classmethod
    def get_all(
        cls, *, key: str = RETURN_KEY, dag_id: str | None = None, task_id: str, run_id: str | None = None,
        include_prior_dates: bool = False, **_: Any,
    ) -> list[Any]:  # fmt: skip
        """The values of all instances of a mapped task, in their order."""
        ti = _running()
        request = data.GetXComSlice(
            dag_id=dag_id or ti.dag_id, task_id=task_id, run_id=run_id or ti.run_id, key=key,
            include_prior_dates=include_prior_dates,
        )  # fmt: skip
        request = xcom.storing(ti.ask, request)
        return [_loaded(text, request) for text in ti.ask(request)]

    @classmethod
    def set(
        cls, key: str, value: Any, *, task_id: str | None = None, dag_id: str | None = None,
        run_id: str | None = None, **_: Any,
    ) -> None:  # fmt: skip
        """Push a value of the running task. Raises AirflowException for another task's."""
        ti = _running()
        wanted = (dag_id or ti.dag_id, run_id or ti.run_id, task_id or ti.task_id)
        if wanted != (ti.dag_id, ti.run_id, ti.task_id):
            raise AirflowException(
                f"Task {ti.task_id!r} of DAG {ti.dag_id!r} cannot push an XCom as task {wanted[2]!r} of DAG "
                f"{wanted[0]!r}: tasks push their own."
            )
        ti.xcom_push(key, value)

    @classmethod
    def get_many(cls, *_: Any, **__: Any) -> NoReturn:
        """Raises AirflowException: it gave a query."""
        raise AirflowException("XCom.get_many gave a database query. Use ti.xcom_pull, or XCom.get_all.")

    @staticmethod
    def serialize_value(value: Any, **_: Any) -> str:
        """The JSON text that is stored. Raises CannotSerialize."""
        return serde.encode(value)

    @staticmethod
    def deserialize_value(result: Any) -> Any:
        """The value of what is stored: a row with ``value``, or the text."""
        return serde.decode(getattr(result, "value", result))


def _running() -> Any:
    return context.get_current_context()["ti"]


class XComEncoder(json.JSONEncoder):
    """``json.dumps(value, cls=XComEncoder)``: every value that may be an XCom, as JSON."""

    def encode(self, o: Any) -> str:
        """The JSON text. Raises CannotSerialize."""
        return super().encode(serde.flatten(o))

    def default(self, o: Any) -> Any:
        """What JSON does not know."""
        return serde.flatten(o)


class XComDecoder(json.JSONDecoder):
    """``json.loads(text, cls=XComDecoder)``: what XComEncoder wrote."""

    def decode(self, s: str, *args: Any) -> Any:
        """The value. Raises CannotDeserialize."""
        return serde.restore(super().decode(s, *args))


class PlainEncoder(json.JSONEncoder):
    """JSON for people and web pages: dates as ISO text, sets as lists, what is unknown as text."""

    def default(self, o: Any) -> Any:
        """What JSON does not know."""
        from tradewind.authoring.plain import plain

        return plain(o, 1 << 20)
