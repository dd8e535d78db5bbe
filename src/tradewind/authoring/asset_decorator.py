"""``@asset``: a function that makes an asset, and with it the DAG of one task that runs the function.

The function's parameters name the assets that it reads; ``self`` is the asset that it makes, ``context`` the
task's context, ``outlet_events`` what is said of the assets it makes.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from tradewind.authoring.assets import CONDITION, Asset, AssetAll
from tradewind.authoring.dag import DAG
from tradewind.authoring.operators.python import PythonOperator
from tradewind.domain.errors import AirflowException, DagDefinitionError, InvalidValue
from tradewind.domain.messages import data

_OF_TASK = ("self", "context", "outlet_events")


class AssetOperator(PythonOperator):
    """The task of such a DAG."""

    custom_operator_name = "@asset"

    def __init__(self, *, definition: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.definition = definition

    def determine_kwargs(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """Values for the function's parameters."""
        return {
            name: self._value(name, default, context) for name, default in _parameters(self.python_callable)
        }

    def _value(self, name: str, default: Any, context: Mapping[str, Any]) -> Any:
        if default is not inspect.Parameter.empty:
            return default
        if name == "context":
            return context
        if name == "outlet_events":
            return context["outlet_events"]
        if name == "self":
            return self.definition.own_asset()
        found = context["ti"].ask(data.GetAsset(name=name))
        if found is None:
            raise AirflowException(
                f"Task {self.task_id!r} reads the asset {name!r}, which no DAG defines. Name its "
                "parameters after assets that are there."
            )
        return Asset.known(name=found["name"], uri=found["uri"], group=found["group"])


class AssetDefinition(Asset):
    """What ``@asset`` makes of a function: an asset that others can wait for."""

    def own_asset(self) -> Asset:
        """The asset that ``self`` stands for in the function."""
        return self


class MultiAssetDefinition(AssetAll):
    """What ``@asset.multi`` makes of a function: all the assets that it updates."""

    def own_asset(self) -> Asset:
        """There is no one asset that ``self`` could stand for. Raises AirflowException."""
        raise AirflowException(
            "A function of @asset.multi makes several assets: leave out the parameter 'self'."
        )


class _Decorator:
    """What both kinds share: the DAG around the function."""

    def __init__(self, *, schedule: Any, dag_id: str | None = None, **options: Any) -> None:
        self.schedule, self.dag_id, self.options = schedule, dag_id, options

    def _check(self, function: Callable[..., Any]) -> str:
        name = getattr(function, "__name__", "")
        if not inspect.isfunction(function):
            raise DagDefinitionError(f"@asset decorates functions, got {function!r}.")
        kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        signature = inspect.signature(function)
        rest = next((p for p in signature.parameters.values() if p.kind in kinds), None)
        if rest is not None:
            raise DagDefinitionError(
                f"@asset function {name}() must name each asset that it reads as a parameter, not {rest}."
            )
        return name

    def _make_dag(
        self, function: Callable[..., Any], dag_id: str, definition: Any, outlets: Iterable[Any]
    ) -> None:
        options = {"doc_md": inspect.getdoc(function), **self.options}
        made = DAG(self.dag_id or dag_id, schedule=self.schedule, **options)
        made.fileloc = function.__code__.co_filename
        inlets = [
            Asset.ref(name=name)
            for name, default in _parameters(function)
            if name not in _OF_TASK and default is inspect.Parameter.empty
        ]
        with made:
            AssetOperator(
                task_id=function.__name__, python_callable=function, definition=definition, inlets=inlets,
                outlets=list(outlets),
            )  # fmt: skip


class _MultiDecorator(_Decorator):
    """``@asset.multi(schedule=…, outlets=[…])``: one function that makes several assets."""

    def __init__(self, *, schedule: Any, outlets: Iterable[Any], **options: Any) -> None:
        super().__init__(schedule=schedule, **options)
        self.outlets = list(outlets)
        wrong = next((one for one in self.outlets if not isinstance(one, CONDITION)), None)
        if not self.outlets or wrong is not None:
            raise InvalidValue("outlets of @asset.multi", wrong or self.outlets, "be a list of assets")

    def __call__(self, function: Callable[..., Any]) -> MultiAssetDefinition:
        name = self._check(function)
        made = MultiAssetDefinition(*self.outlets)
        self._make_dag(function, name, made, self.outlets)
        return made


class asset(_Decorator):
    """``@asset(schedule=…, uri=…)``; the asset and its DAG are called like the function."""

    multi = _MultiDecorator

    def __init__(
        self,
        *,
        schedule: Any,
        name: str | None = None,
        uri: str | None = None,
        group: str | None = None,
        extra: dict[str, Any] | None = None,
        watchers: Iterable[Any] | None = None,
        asset_access_control: Any = None,
        **options: Any,
    ) -> None:
        super().__init__(schedule=schedule, **options)
        self.name, self.uri = name, uri
        self.about: dict[str, Any] = {
            "group": group, "extra": extra, "watchers": watchers, "access_control": asset_access_control,
        }  # fmt: skip

    def __call__(self, function: Callable[..., Any]) -> AssetDefinition:
        name = self.name or self._check(function)
        self._check(function)
        made = AssetDefinition(name=name, uri=self.uri, **self.about)
        self._make_dag(function, name, made, [made])
        return made


def _parameters(function: Callable[..., Any]) -> Iterator[tuple[str, Any]]:
    """Names and defaults."""
    for name, parameter in inspect.signature(function).parameters.items():
        yield name, parameter.default
