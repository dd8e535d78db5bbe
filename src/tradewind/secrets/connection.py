"""A connection: how to reach a system outside."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, ClassVar, Self
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from tradewind.domain.errors import BadRequest, ConnectionNotFound, InvalidValue
from tradewind.telemetry.masking import MASKER

EXTRA_KEY = "__extra__"
_FIELDS = ("conn_id", "conn_type", "description", "host", "schema", "login", "password", "port", "extra")


class Connection:
    """Type, host, schema, login, password, port, extra (JSON text), under an id. Airflow's model, as a value.

    Made from fields or from a ``uri``. ``extra`` may be given as text or as a dict. Raises InvalidValue and
    BadRequest for what cannot be a connection.
    """

    hook_factory: ClassVar[Callable[..., Any] | None] = None
    """Set where user code runs: makes the hook that knows a type of connection."""

    def __init__(
        self,
        conn_id: str | None = None,
        conn_type: str | None = None,
        description: str | None = None,
        host: str | None = None,
        login: str | None = None,
        password: str | None = None,
        schema: str | None = None,
        port: int | str | None = None,
        extra: str | dict[str, Any] | None = None,
        uri: str | None = None,
        **_: Any,
    ) -> None:
        if uri and any((conn_type, host, login, password, schema, port, extra)):
            raise BadRequest("A connection is made from a URI or from its fields, not from both.")
        self.conn_id = conn_id
        self.conn_type = (conn_type or "").strip() or None
        self.description = description
        self.host, self.login, self.password, self.schema = host, login, password, schema
        self.port = _port(port)
        self.extra = json.dumps(extra) if isinstance(extra, dict) else extra
        if uri:
            self._take_uri(uri)
        self._hide()

    @classmethod
    def from_text(cls, conn_id: str, text: str) -> Self:
        """From what an environment variable or a secrets store holds: a URI or a JSON object."""
        stripped = text.strip()
        return cls.from_json(stripped, conn_id) if stripped.startswith("{") else cls(conn_id, uri=stripped)

    @classmethod
    def from_json(cls, text: str, conn_id: str | None = None) -> Self:
        """From a JSON object of fields; ``extra`` may be an object. Raises InvalidValue."""
        try:
            fields = json.loads(text)
        except ValueError as error:
            raise InvalidValue(f"Connection {conn_id!r}", "(hidden)", f"be a JSON object ({error})") from None
        if not isinstance(fields, dict):
            raise InvalidValue(f"Connection {conn_id!r}", "(hidden)", "be a JSON object")
        return cls.from_dict(fields, conn_id)

    @classmethod
    def from_dict(cls, fields: dict[str, Any], conn_id: str | None = None) -> Self:
        """From a mapping of fields, under Airflow's names and their short forms (``type``, ``id``)."""
        known = dict(fields)
        for short, name in (("type", "conn_type"), ("id", "conn_id"), ("extra_dejson", "extra")):
            if short in known:
                known.setdefault(name, known.pop(short))
        if conn_id is not None:
            known["conn_id"] = conn_id
        if "uri" in known:
            return cls(known.get("conn_id"), description=known.get("description"), uri=known["uri"])
        unknown = sorted(set(known) - set(_FIELDS))
        if unknown:
            raise InvalidValue(
                f"Connection {conn_id!r}",
                ", ".join(unknown),
                f"have no fields other than {', '.join(_FIELDS)}",
            )
        return cls(**known)

    from_json_dict = from_dict

    @property
    def extra_dejson(self) -> dict[str, Any]:
        """``extra`` as a dict; an empty one where it is not JSON."""
        if not self.extra:
            return {}
        try:
            value = json.loads(self.extra)
        except ValueError:
            return {}
        MASKER.add(value, "extra")
        return value if isinstance(value, dict) else {}

    def get_extra_dejson(self, nested: bool = False) -> dict[str, Any]:
        """``extra`` as a dict; ``nested`` also decodes strings in it that hold JSON."""
        found = self.extra_dejson
        return {key: _decoded(value) for key, value in found.items()} if nested else dict(found)

    def get_password(self) -> str | None:
        """The password."""
        return self.password

    def set_password(self, value: str | None) -> None:
        """Change the password, and hide it."""
        self.password = value
        self._hide()

    def get_extra(self) -> str | None:
        """``extra`` as text."""
        return self.extra

    def set_extra(self, value: str | None) -> None:
        """Change ``extra``."""
        self.extra = value
        self._hide()

    def get_uri(self) -> str:
        """The connection as a URI that ``Connection(uri=…)`` reads back."""
        scheme = (self.conn_type or "").lower().replace("_", "-")
        uri = f"{scheme}://" if scheme else "//"
        host = self.host or ""
        if "://" in host:
            inner, host = host.split("://", 1)
            uri += f"{inner}://"
        uri += self._authority() + quote(host, safe="[]:" if host.startswith("[") else "")
        if self.port is not None:
            uri += f":{self.port}"
        if self.schema:
            uri += f"/{quote(self.schema, safe='')}"
        return uri + self._query()

    def as_dict(self) -> dict[str, Any]:
        """All fields."""
        return {name: getattr(self, name) for name in _FIELDS}

    def to_dict(self, *, prune_empty: bool = False, validate: bool = True) -> dict[str, Any]:
        """Fields as export files have them, ``extra`` decoded."""
        fields = self.as_dict() | {"extra": self.extra_dejson}
        return {key: value for key, value in fields.items() if value or not prune_empty}

    def as_json(self) -> str:
        """The fields as one JSON object, without the id."""
        fields = self.to_dict(prune_empty=True)
        fields.pop("conn_id", None)
        return json.dumps(fields)

    @classmethod
    def get(cls, conn_id: str) -> Connection:
        """The connection of that id, from this process's chain. Raises ConnectionNotFound."""
        from tradewind.secrets import chain  # it builds on this module

        found = chain.current().get_connection(conn_id)
        if found is None:
            raise ConnectionNotFound(conn_id)
        return found

    get_connection_from_secrets = get

    def get_hook(self, *, hook_params: dict[str, Any] | None = None) -> Any:
        """The hook of the provider package that knows this type of connection."""
        if Connection.hook_factory is None:
            raise BadRequest(f"Connection {self.conn_id!r}: hooks are made where DAG code runs only.")
        return Connection.hook_factory(self, **(hook_params or {}))

    def _authority(self) -> str:
        if self.login is None and self.password is None:
            return ""
        login = quote(self.login or "", safe="")
        return f"{login}:{quote(self.password, safe='')}@" if self.password is not None else f"{login}@"

    def _query(self) -> str:
        if not self.extra:
            return ""
        extra = self.extra_dejson
        slash = "" if self.schema else "/"
        plain = bool(extra) and all(isinstance(value, str) for value in extra.values())
        if plain and dict(parse_qsl(urlencode(extra), keep_blank_values=True)) == extra:
            return f"{slash}?{urlencode(extra)}"
        return f"{slash}?{urlencode({EXTRA_KEY: self.extra})}"

    def _take_uri(self, uri: str) -> None:
        try:
            parts = urlsplit(_legible(uri))
            self.port = parts.port
        except ValueError as error:
            raise InvalidValue(f"Connection {self.conn_id!r}", "(hidden)", f"be a URI ({error})") from None
        self.conn_type = _type_of(uri)
        host = unquote(_host(parts.netloc))
        pieces = uri.split("://", 2)
        self.host = (f"{pieces[1]}://{host}" if len(pieces) == 3 else host) or None
        self.schema = unquote(parts.path[1:]) or None
        self.login = unquote(parts.username) if parts.username is not None else None
        self.password = unquote(parts.password) if parts.password is not None else None
        if parts.query:
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            self.extra = query[EXTRA_KEY] if EXTRA_KEY in query else json.dumps(query)

    def _hide(self) -> None:
        if self.password:
            MASKER.add(self.password)
        if self.extra:
            _ = self.extra_dejson

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Connection) and self.as_dict() == other.as_dict()

    def __hash__(self) -> int:
        return hash(self.conn_id)

    def __repr__(self) -> str:
        return f"<Connection: {self.conn_id}>"

    def __str__(self) -> str:
        return str(self.conn_id)


def _decoded(value: Any) -> Any:
    """What a string holds as JSON, or the string."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _port(value: int | str | None) -> int | None:
    if value is None or value == "":
        return None
    try:
        number = int(value)
    except ValueError:
        raise InvalidValue("Port of a connection", value, "be a whole number") from None
    if not 0 <= number <= 65535:
        raise InvalidValue("Port of a connection", value, "lie between 0 and 65535")
    return number


def _type_of(uri: str) -> str | None:
    scheme = uri.split("://", 1)[0].split(":", 1)[0].lower() if ":" in uri else ""
    if scheme == "postgresql":
        return "postgres"
    return scheme.replace("-", "_") or None


def _legible(uri: str) -> str:
    """The URI as urlsplit can read it: odd schemes, and an inner scheme, taken out of its way."""
    pieces = uri.split("://", 2)
    if len(pieces) == 1:
        return uri
    return f"x://{pieces[-1]}"


def _host(netloc: str) -> str:
    """The host as it was written; urlsplit would lower its case."""
    place = netloc.rpartition("@")[2]
    if place.startswith("["):
        return place.partition("]")[0] + "]"
    return place.partition(":")[0]
