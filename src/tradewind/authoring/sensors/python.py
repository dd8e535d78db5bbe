"""Waits until a function returns something true."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from tradewind.authoring import calling
from tradewind.authoring.sensor import BaseSensorOperator, PokeReturnValue


class PythonSensor(BaseSensorOperator):
    """Calls ``python_callable`` until it returns something true (or a PokeReturnValue that is done)."""

    template_fields: Collection[str] = ("templates_dict", "op_args", "op_kwargs")

    def __init__(
        self,
        *,
        python_callable: Callable[..., Any],
        op_args: Collection[Any] | None = None,
        op_kwargs: Mapping[str, Any] | None = None,
        templates_dict: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.python_callable = python_callable
        self.op_args: Any = op_args or ()
        self.op_kwargs: Any = op_kwargs or {}
        self.templates_dict = templates_dict

    def poke(self, context: Any) -> PokeReturnValue | bool:
        """Call the function once."""
        kwargs = calling.arguments(self.python_callable, self.op_args, self.op_kwargs, context)
        answer = calling.call(self.python_callable, self.op_args, kwargs)
        return answer if isinstance(answer, PokeReturnValue) else bool(answer)
