"""Params: values of a run that have a default, a description and a JSON schema.

A param is checked when its DAG is read (a default that breaks its own schema is an import error), when a run
is triggered, and before its task starts.
"""

from __future__ import annotations

import copy
import json
from collections.abc import ItemsView, Iterator, Mapping, MutableMapping, ValuesView
from typing import Any

from tradewind.authoring.notset import NOTSET, ArgNotSet
from tradewind.domain.errors import AirflowException, InvalidValue, ParamValidationError
from tradewind.domain.spec import ParamSpec


class Param:
    """One param: ``Param(5, description="how often", type="integer", minimum=1)``.

    All keyword arguments but ``description`` are the JSON schema; ``schema=`` gives it as a dict. Without a
    default the param is required: each run must bring a value.
    """

    __slots__ = ("description", "schema", "source", "value")

    def __init__(
        self,
        default: Any = NOTSET,
        description: str | None = None,
        *,
        source: str | None = None,
        **schema: Any,
    ) -> None:
        if not isinstance(default, ArgNotSet):
            _require_json(default)
        self.value = default
        self.description = description
        self.source = source
        self.schema: dict[str, Any] = schema.pop("schema") if "schema" in schema else schema

    def __copy__(self) -> Param:
        return Param(self.value, self.description, source=self.source, schema=self.schema)

    def __repr__(self) -> str:
        return f"Param({self.value!r}, schema={self.schema!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Param) and self.dump() == other.dump()

    __hash__ = None  # type: ignore[assignment]  # its value changes

    @property
    def has_value(self) -> bool:
        """Whether there is a value that is not None."""
        return not isinstance(self.value, ArgNotSet) and self.value is not None

    def resolve(self, value: Any = NOTSET, suppress_exception: bool = False) -> Any:
        """``value`` (or else the default) after a check; it becomes this param's value.

        Raises ParamValidationError, or answers None with ``suppress_exception``.
        """
        try:
            final = self._checked(self.value if isinstance(value, ArgNotSet) else value)
        except (ParamValidationError, InvalidValue) as error:
            if suppress_exception:
                return None
            raise ParamValidationError(str(error)) from error
        self.value = final
        return final

    def _checked(self, value: Any) -> Any:
        if isinstance(value, ArgNotSet):
            raise ParamValidationError("No value passed and Param has no default value.")
        _require_json(value)
        if self.schema:
            # loaded here: most DAGs have no schema, and each task process would pay for it
            from tradewind.domain import json_schema

            problem = json_schema.explain(self.schema, value)
            if problem is not None:
                raise ParamValidationError(problem)
        return value

    def dump(self) -> dict[str, Any]:
        """Value, description and schema as a dict."""
        value = None if isinstance(self.value, ArgNotSet) else self.value
        return {"value": value, "description": self.description, "schema": self.schema}

    serialize = dump

    def spec(self) -> ParamSpec:
        """What the control plane knows of it."""
        required = isinstance(self.value, ArgNotSet)
        value = None if required else self.value
        return ParamSpec(value=value, description=self.description, schema=self.schema, required=required)


class ParamsDict(MutableMapping[str, Any]):
    """Params by name. Reading gives a value; writing checks it against the schema there was."""

    __slots__ = ("_params", "suppress_exception")

    def __init__(self, dict_obj: Mapping[str, Any] | None = None, suppress_exception: bool = False) -> None:
        params: dict[str, Param] = {}
        for name, value in _entries(dict_obj):
            params[name] = value if isinstance(value, Param) else Param(value)
        self._params = params
        self.suppress_exception = suppress_exception

    def __repr__(self) -> str:
        return repr(self.dump_values())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, ParamsDict):
            return self.dump_values() == other.dump_values()
        return isinstance(other, Mapping) and self.dump_values() == dict(other)

    __hash__ = None  # type: ignore[assignment]

    def __copy__(self) -> ParamsDict:
        return ParamsDict(self._params, self.suppress_exception)

    def __deepcopy__(self, memo: dict[int, Any] | None) -> ParamsDict:
        return ParamsDict(copy.deepcopy(self._params, memo), self.suppress_exception)

    def __contains__(self, name: object) -> bool:
        return name in self._params

    def __len__(self) -> int:
        return len(self._params)

    def __iter__(self) -> Iterator[str]:
        return iter(self._params)

    def __delitem__(self, name: str) -> None:
        del self._params[name]

    def __getitem__(self, name: str) -> Any:
        return self._params[name].resolve(suppress_exception=self.suppress_exception)

    def __setitem__(self, name: str, value: Any) -> None:
        if isinstance(value, Param):
            self._params[name] = value
            return
        known = self._params.get(name)
        if known is None:
            self._params[name] = Param(value)
            return
        try:
            known.resolve(value, suppress_exception=self.suppress_exception)
        except ParamValidationError as error:
            raise ParamValidationError(f"Invalid input for param {name}: {error}") from error

    def get_param(self, name: str) -> Param:
        """The param itself rather than its value. Raises KeyError."""
        return self._params[name]

    def items(self) -> ItemsView[str, Param]:
        """Names and params (not values), as in Airflow."""
        return self._params.items()

    def values(self) -> ValuesView[Param]:
        """The params (not their values), as in Airflow."""
        return self._params.values()

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Like ``dict.update``; another ParamsDict brings its params."""
        if len(args) == 1 and not kwargs and isinstance(args[0], ParamsDict):
            super().update(args[0].items())
        else:
            super().update(*args, **kwargs)

    def dump(self) -> dict[str, Any]:
        """Names and checked values. Raises ParamValidationError for a required param without a value."""
        return {name: self._resolved(name) for name in self._params}

    def dump_values(self) -> dict[str, Any]:
        """Names and values as they are, unchecked; None where there is none."""
        return {name: param.dump()["value"] for name, param in self._params.items()}

    def validate(self) -> dict[str, Any]:
        """Names and checked values. Raises ParamValidationError with the param's name."""
        return self.dump()

    def specs(self) -> dict[str, ParamSpec]:
        """What the control plane knows of them."""
        return {name: param.spec() for name, param in self._params.items()}

    def check_defaults(self) -> None:
        """Check each default against its schema; a None without a default's meaning may stay open.

        Raises ParamValidationError with the param's name. Required params are left for the run to bring.
        """
        for name, param in self._params.items():
            if not isinstance(param.value, ArgNotSet):
                self._resolved(name)

    def _resolved(self, name: str) -> Any:
        try:
            return self._params[name].resolve(suppress_exception=self.suppress_exception)
        except ParamValidationError as error:
            raise ParamValidationError(f"Invalid input for param {name}: {error}") from error


class DagParam:
    """A DAG's argument whose value each run decides: ``dag.param("name", default)``, and ``@dag`` arguments.

    Used in an operator's argument it is replaced before the task runs: by the run's ``conf``, else by the
    default, else by the DAG's param.
    """

    def __init__(self, current_dag: Any, name: str, default: Any = NOTSET) -> None:
        if not isinstance(default, ArgNotSet):
            current_dag.params[name] = default
        self._name = name
        self._default = default
        self.current_dag = current_dag

    def __repr__(self) -> str:
        return f"DagParam({self._name!r})"

    def iter_references(self) -> Iterator[Any]:
        """No task has to end before its value is known."""
        return iter(())

    def resolve(self, context: Mapping[str, Any], *args: Any, **kwargs: Any) -> Any:
        """The value for a run. Raises AirflowException where there is none."""
        run = context.get("dag_run")
        conf = getattr(run, "conf", None) or {}
        if self._name in conf:
            return conf[self._name]
        if not isinstance(self._default, ArgNotSet):
            return self._default
        params = context.get("params") or {}
        if self._name in params:
            return params[self._name]
        raise AirflowException(
            f"No value could be resolved for parameter {self._name}: give it a default, "
            "or pass it in the run's conf."
        )


def merge(
    dag_params: Mapping[str, Any], task_params: Mapping[str, Any], conf: Mapping[str, Any] | None
) -> ParamsDict:
    """The params that a task sees: the DAG's, over them the task's, over them those that ``conf`` names.

    Keys of ``conf`` that are no params become params too, as in Airflow. Raises ParamValidationError.
    """
    merged = ParamsDict()
    for source in (dag_params, task_params):
        for name, value in _entries(source):
            merged[name] = copy.copy(value) if isinstance(value, Param) else value
    for name, value in (conf or {}).items():
        merged[name] = value
    return merged


def _entries(params: Mapping[str, Any] | None) -> list[tuple[str, Any]]:
    return list(params.items()) if params else []


def _require_json(value: Any) -> None:
    try:
        json.dumps(value)
    except (TypeError, ValueError) as error:
        raise ParamValidationError(
            f"A param's value must be JSON (text, number, true/false, null, list, dict), got {value!r} "
            f"of type {type(value).__name__}."
        ) from error
