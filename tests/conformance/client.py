"""The published client of Airflow 3 as one object, which remembers what was called and how."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import time
import urllib.request
from collections.abc import Callable
from typing import Any

import airflow_client.client
from airflow_client.client import ApiClient, Configuration, api
from airflow_client.client.exceptions import ApiException

VARIANTS = ("_with_http_info", "_without_preload_content")


def token(url: str, user: str, password: str) -> str:
    """What logging in gives."""
    request = urllib.request.Request(
        f"{url}/auth/token",
        data=json.dumps({"username": user, "password": password}).encode(),
        headers={"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return str(json.load(answer)["access_token"])


class Client:
    """Every operation of the published client by its name; bodies may be given as dictionaries."""

    def __init__(self, url: str, bearer: str | None) -> None:
        self.api = ApiClient(Configuration(host=url, access_token=bearer))
        self.operations = _operations(self.api)
        self.names = [name for name in self.operations if not name.endswith(VARIANTS[1])]
        """What it can do."""
        self.called: list[str] = []
        """Names, in the order of their calls."""
        self.done: dict[str, dict[str, Any]] = {}
        """Operations that answered well, with the arguments of their first call."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda **arguments: self.call(name, **arguments)

    def call(self, name: str, **arguments: Any) -> Any:
        """What the operation answers, as an object of the client. Raises ApiException, ValidationError."""
        self.called.append(name)
        found = self.operations[name](**_bodies(self.operations[name], arguments))
        self.done.setdefault(name, arguments)
        return found

    def raw(self, name: str, **arguments: Any) -> Any:
        """As ``call``, for an answer that the client reads but cannot turn into an object of its own."""
        self.called.append(name)
        plain = self.operations[name + VARIANTS[1]](**_bodies(self.operations[name], arguments))
        assert plain.status < 300, f"{name}: {plain.status} {plain.data!r}"
        self.done.setdefault(name, arguments)
        return json.loads(plain.data)

    def refused(self, status: int | tuple[int, ...], name: str, **arguments: Any) -> str:
        """The body of the refusal, which must have that status."""
        self.called.append(name)
        statuses = status if isinstance(status, tuple) else (status,)
        try:
            found = self.operations[name](**_bodies(self.operations[name], arguments))
        except ApiException as error:
            assert error.status in statuses, f"{name}: {error.status} instead of {status}: {error.body}"
            assert json.loads(error.body)["detail"], f"{name}: a refusal without words"
            return str(error.body)
        raise AssertionError(f"{name} answered {found!r} instead of {status}")


def _operations(client: ApiClient) -> dict[str, Callable[..., Any]]:
    found = {}
    for module in pkgutil.iter_modules(api.__path__):
        for name, kind in vars(importlib.import_module(f"{api.__name__}.{module.name}")).items():
            if inspect.isclass(kind) and name.endswith("Api"):
                one = kind(client)
                found |= {
                    name: getattr(one, name)
                    for name in vars(kind)
                    if not name.startswith("_") and not name.endswith(VARIANTS[0])
                }
    return found


def _bodies(operation: Callable[..., Any], arguments: dict[str, Any]) -> dict[str, Any]:
    """A dictionary becomes the model that the operation asks for."""
    hints = inspect.unwrap(operation).__annotations__
    return {
        name: _model(hints[name]).from_dict(value) if isinstance(value, dict) else value
        for name, value in arguments.items()
    }


def _model(hint: Any) -> Any:
    """The class behind ``Model`` or ``Optional[Model]``."""
    return (
        hint if inspect.isclass(hint) else next(kind for kind in hint.__args__ if hasattr(kind, "from_dict"))
    )


def until(fact: Callable[[], Any], seconds: float = 60.0) -> Any:
    """The fact, once it is true. Raises AssertionError after that time."""
    deadline = time.monotonic() + seconds
    while not (found := fact()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {inspect.getsource(fact).strip()}"
        time.sleep(0.05)
    return found


VERSION = airflow_client.client.__version__
