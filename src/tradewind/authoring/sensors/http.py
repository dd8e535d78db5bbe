"""Waits for a web server. Stands in where the provider package for HTTP is not installed."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from tradewind.authoring.sensor import BaseSensorOperator


class HttpSensor(BaseSensorOperator):
    """Calls ``endpoint`` until it answers with a status below 400 and ``response_check(response)`` says yes.

    404 means "not yet" (``response_error_codes_allowlist``), other errors fail the sensor.
    """

    template_fields: Collection[str] = ("endpoint", "request_params", "headers")

    def __init__(
        self, *, endpoint: str, http_conn_id: str = "http_default", method: str = "GET",
        request_params: dict[str, Any] | None = None, request_kwargs: dict[str, Any] | None = None,
        headers: dict[str, Any] | None = None, response_error_codes_allowlist: list[str] | None = None,
        response_check: Callable[..., Any] | None = None, extra_options: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.endpoint, self.http_conn_id, self.method = endpoint, http_conn_id, method
        self.request_params, self.request_kwargs = request_params or {}, request_kwargs or {}
        self.headers, self.extra_options = headers or {}, extra_options or {}
        codes = ["404"] if response_error_codes_allowlist is None else response_error_codes_allowlist
        self.response_error_codes_allowlist = [str(code) for code in codes]
        self.response_check = response_check

    def poke(self, context: Any) -> Any:
        """Call once. Raises AirflowException."""
        from tradewind.authoring.hooks.http import HttpHook  # ssl and urllib load with it
        from tradewind.authoring.operators.http import passes

        self.log.info("Calling %s %s", self.method, self.endpoint)
        options = {**self.extra_options, "check_response": False}
        response = HttpHook(self.method, self.http_conn_id).run(
            self.endpoint, self.request_params, self.headers, options, **self.request_kwargs
        )
        if str(response.status_code) in self.response_error_codes_allowlist:
            return False
        if self.extra_options.get("check_response", True):
            response.raise_for_status()
        return passes(self.response_check, response, context)
