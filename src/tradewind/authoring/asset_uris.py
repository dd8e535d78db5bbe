"""One way to write the uri of an asset, so that two DAG files that mean the same asset have the same asset.

Airflow's rules for all uris; then those of the installed provider packages (``asset-uris``) for theirs, and
ours for what is built in.
"""

from __future__ import annotations

import functools
import re
import warnings
from collections.abc import Callable
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

from tradewind.domain.errors import AirflowException, InvalidValue

_Normaliser = Callable[[SplitResult], SplitResult]

WARNING = (
    "The uri of an asset should have no password, so its user and password were left out. Keep them in a "
    "connection."
)


_USER = re.compile(r"//[^/?#]*@")
"""User and password, where a uri has them; line breaks, which ``urlsplit`` passes over, included."""


def meant(text: str) -> str:
    """The uri that an asset has of which somebody writes this: without a password, in the one way to write
    it. Text that is no uri stays as it is.
    """
    try:
        return normalised(without_password(text))
    except InvalidValue:
        return text


def normalised(uri: str) -> str:
    """Text without a scheme, or with one of somebody's own (``x-…``), stays as it is. Raises InvalidValue."""
    try:
        parts = urlsplit(uri)
    except ValueError as error:
        if not _USER.search(uri):
            raise InvalidValue("asset uri", uri, f"be a uri: {error}") from error
        # What was wrong may be the password, and the error quotes it.
        raise InvalidValue("asset uri", _USER.sub("//***@", uri), "be a uri") from None
    scheme = parts.scheme.lower()
    if not scheme or scheme.startswith("x-"):
        return uri
    if scheme == "airflow":
        raise InvalidValue("asset uri", uri, "not begin with 'airflow:', which is reserved")
    parts = parts._replace(
        scheme=scheme,
        path=parts.path.rstrip("/") or "/",
        query=urlencode(sorted(parse_qsl(parts.query))),
        fragment="",
    )
    try:
        return urlunsplit(_normaliser(scheme)(parts))
    except ValueError as error:
        raise InvalidValue("asset uri", uri, f"be one that its provider takes: {error}") from error


def without_password(text: str) -> str:
    """User and password left out of a uri that has a password, with a warning."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return text
    if not parts.password or parts.scheme.lower().startswith("x-"):
        return text
    warnings.warn(WARNING, UserWarning, stacklevel=3)
    return _USER.sub("//", text, count=1)


@functools.cache
def _installed() -> dict[str, str]:
    """Scheme to the import path of its normaliser."""
    from tradewind.authoring.hooks import finding  # DAG files without uris need none of it

    found: dict[str, str] = {}
    for entry in finding.packages():
        told: dict[str, Any] = finding.told(entry)
        for each in [*told.get("asset-uris", ()), *told.get("dataset-uris", ())]:
            for scheme in each.get("schemes", ()) if each.get("handler") else ():
                found.setdefault(scheme, each["handler"])
    return found


@functools.cache
def _normaliser(scheme: str) -> _Normaliser:
    """A package's, else ours. One that cannot be imported breaks no DAG file; Airflow passes it over too."""
    path = _installed().get(scheme)
    ours = _OURS.get(scheme, _as_it_is)
    if path is None:
        return ours
    from tradewind.runtime import plugins

    try:
        found: _Normaliser = plugins.load_object(path)
    except AirflowException as error:
        import logging  # DAG files without such uris need none

        logging.getLogger("tradewind.assets").warning(
            "Uris of assets that begin with %s: are taken as they are: %s", scheme, error
        )
        return ours
    return found


def _as_it_is(parts: SplitResult) -> SplitResult:
    return parts


def _with_port(port: int, scheme: str, parts: SplitResult) -> SplitResult:
    host = parts.netloc.rstrip(":")
    return parts._replace(scheme=scheme, netloc=host if parts.port or not host else f"{host}:{port}")


def _postgres(parts: SplitResult) -> SplitResult:
    """``postgres://host:5432/database/schema/table``; no schema means public."""
    path = parts.path.split("/")
    if len(path) == 4 and not path[2]:
        path[2] = "public"
    return _with_port(5432, "postgres", parts)._replace(path="/".join(path))


_OURS: dict[str, _Normaliser] = {
    "postgres": _postgres,
    "postgresql": _postgres,
    "mysql": functools.partial(_with_port, 3306, "mysql"),
    "mariadb": functools.partial(_with_port, 3306, "mysql"),
}
