"""The address of a Python package index that a connection names."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from tradewind.authoring.hooks.base import BaseHook
from tradewind.domain.errors import AirflowException


class PackageIndexHook(BaseHook):
    """Host of the connection: the index's URL; login and password are put into it."""

    conn_name_attr = "pi_conn_id"
    default_conn_name = "package_index_default"
    conn_type = "package_index"
    hook_name = "Package Index (Python)"

    def __init__(self, pi_conn_id: str = default_conn_name, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pi_conn_id = pi_conn_id

    def get_conn(self) -> Any:
        """As ``get_connection_url``."""
        return self.get_connection_url()

    def get_connection_url(self) -> str:
        """The URL with user and password. Raises ConnectionNotFound, AirflowException."""
        found = self.get_connection(self.pi_conn_id)
        if not found.host:
            raise AirflowException(f"Connection {self.pi_conn_id!r} names no index: its host is empty.")
        return with_login(str(found.host), found.login, found.password)

    def test_connection(self) -> tuple[bool, str]:
        """Whether the connection makes a URL, and a sentence about it."""
        try:
            url = self.get_connection_url()
        except AirflowException as error:
            return False, str(error)
        return True, f"The index is {urlsplit(url).hostname}."

    @staticmethod
    def get_ui_field_behaviour() -> dict[str, Any]:
        """Which fields matter, and what they hold."""
        return {
            "hidden_fields": ["schema", "port", "extra"],
            "relabeling": {"host": "Package Index URL"},
            "placeholders": {
                "host": "Example: https://my-package-mirror.net/pypi/repo-name/simple",
                "login": "Username for package index",
                "password": "Password for package index (will be masked)",
            },
        }


def with_login(url: str, login: str | None, password: str | None) -> str:
    """``url`` with user and password, unless it has some already."""
    parts = urlsplit(url)
    if not login or "@" in parts.netloc:
        return url
    secret = f":{quote(password, safe='')}" if password else ""
    return urlunsplit(parts._replace(netloc=f"{quote(login, safe='')}{secret}@{parts.netloc}"))
