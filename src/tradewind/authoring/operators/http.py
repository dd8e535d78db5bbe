"""Calls a web server. Stands in where the provider package for HTTP is not installed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, ClassVar

from tradewind.authoring import calling
from tradewind.authoring.operator import BaseOperator
from tradewind.domain.errors import AirflowException


def passes(check: Callable[..., Any] | None, response: Any, context: Any) -> bool:
    """What ``response_check(response, **context)`` says; True where there is none."""
    if check is None:
        return True
    return bool(check(response, **calling.arguments(check, (response,), {}, context)))


class HttpOperator(BaseOperator):
    """Calls ``endpoint`` of the connection ``http_conn_id``; the answer's text is the result.

    ``response_check(response)`` says whether it will do; ``response_filter(response)`` makes a result of it.
    """

    template_fields: Collection[str] = ("endpoint", "data", "headers", "http_conn_id")
    template_fields_renderers: ClassVar[Mapping[str, str]] = {"headers": "json", "data": "py"}
    ui_color = "#f4a460"

    def __init__(
        self, *, endpoint: str | None = None, method: str = "POST", data: Any = None,
        headers: dict[str, str] | None = None, response_check: Callable[..., bool] | None = None,
        response_filter: Callable[..., Any] | None = None, extra_options: dict[str, Any] | None = None,
        request_kwargs: dict[str, Any] | None = None, http_conn_id: str = "http_default",
        log_response: bool = False, auth_type: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.endpoint, self.method, self.data, self.headers = endpoint, method, data, headers or {}
        self.response_check, self.response_filter = response_check, response_filter
        self.extra_options, self.request_kwargs = extra_options or {}, request_kwargs or {}
        self.http_conn_id, self.log_response, self.auth_type = http_conn_id, log_response, auth_type

    def execute(self, context: Any) -> Any:
        """Call. Raises AirflowException, ConnectionNotFound."""
        from tradewind.authoring.hooks.http import HttpHook  # ssl and urllib load with it

        hook = HttpHook(self.method, self.http_conn_id, self.auth_type)
        self.log.info("Calling %s %s", hook.method, self.endpoint)
        response = hook.run(self.endpoint, self.data, self.headers, self.extra_options, **self.request_kwargs)
        if self.log_response:
            self.log.info("%s", response.text)
        if not passes(self.response_check, response, context):
            raise AirflowException(f"Response check returned False for {response.url}.")
        if self.response_filter is None:
            return response.text
        more = calling.arguments(self.response_filter, (response,), {}, context)
        return self.response_filter(response, **more)
