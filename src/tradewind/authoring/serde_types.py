"""The types that ``serde`` knows besides JSON's own: how each is taken apart and put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from enum import Enum
from typing import Any

CLASS, VERSION, DATA = "__classname__", "__version__", "__data__"
_JSON_BASES: tuple[Any, ...] = (str, bool, int, float, dict, list)


def dump(value: Any) -> tuple[str, int, Any] | None:
    """(class name, version, data) of a value; the name "" says: travels as plain ``data``. None: unknown
    type.
    """
    if isinstance(value, Enum):
        is_plain = isinstance(value, (str, int, float))  # travels as what it is besides, as in Airflow
        return "" if is_plain else _name(type(value)), 1, value.value
    for base, dumper in _DUMPERS:
        if isinstance(value, base):
            return dumper(value)
    special = _dump_stored(value) or _dump_special(value)
    return special or _dump_library(value) or _dump_json_subclass(value)


def _dump_datetime(value: datetime) -> tuple[str, int, Any]:
    from tradewind.authoring import moments

    zone = moments.timezone_name(value.tzinfo) if value.tzinfo is not None else None
    kind = "pendulum.DateTime" if _is_pendulum(value) else "datetime.datetime"
    mark = {"zone": "pendulum"} if _is_pendulum(value.tzinfo) else {}
    return kind, 2, {"iso": datetime.isoformat(value), "tz": zone, **mark}


def _is_pendulum(value: Any) -> bool:
    return type(value).__module__.startswith("pendulum.")


def _load_datetime(data: dict[str, Any]) -> datetime:
    value = datetime.fromisoformat(data["iso"])
    zone = data.get("tz")
    if zone is None:
        return value
    from tradewind.authoring import moments

    read = _load_pendulum_zone if data.get("zone") == "pendulum" else moments.timezone_of
    return value.astimezone(read(zone))


def _load_pendulum(data: dict[str, Any]) -> Any:
    import pendulum  # heavy; only for values that are pendulum's

    return pendulum.instance(_load_datetime(data))


def _dump_date(value: date) -> tuple[str, int, Any]:
    return "pendulum.Date" if _is_pendulum(value) else "datetime.date", 1, value.isoformat()


def _load_pendulum_date(text: str) -> Any:
    import pendulum  # see _load_pendulum

    return pendulum.Date.fromisoformat(text)


def _dump_zone(value: tzinfo) -> tuple[str, int, Any]:
    from tradewind.authoring import moments

    kind = "pendulum.Timezone" if _is_pendulum(value) else "datetime.tzinfo"
    return kind, 1, moments.timezone_name(value)


def _load_zone(name: str) -> tzinfo:
    from tradewind.authoring import moments

    return moments.timezone_of(name)


def _load_pendulum_zone(name: str) -> tzinfo:
    """The zone as pendulum has it; the same of the standard library where there is no pendulum."""
    zone = _load_zone(name)
    try:
        import pendulum  # see _load_pendulum
    except ImportError:
        return zone
    key, offset = getattr(zone, "key", None), zone.utcoffset(None)
    if key is None and offset is not None and offset:
        return pendulum.timezone(int(offset.total_seconds()))
    return pendulum.timezone(key or "UTC")


def _simple(name: str, text: Callable[[Any], Any]) -> Callable[[Any], tuple[str, int, Any]]:
    return lambda value: (name, 1, text(value))


def _to_base64(value: bytes) -> str:
    import base64

    return base64.b64encode(value).decode("ascii")


def _from_base64(text: str) -> bytes:
    import base64

    return base64.b64decode(text)


_DUMPERS: tuple[tuple[Any, Callable[[Any], tuple[str, int, Any]]], ...] = (
    (datetime, _dump_datetime),
    (date, _dump_date),
    (time, _simple("datetime.time", lambda value: value.isoformat())),
    (timedelta, _simple("datetime.timedelta", lambda value: value.total_seconds())),
    (tzinfo, _dump_zone),
    (frozenset, _simple("builtins.frozenset", lambda value: sorted(value, key=repr))),
    (set, _simple("builtins.set", lambda value: sorted(value, key=repr))),
    (bytes, _simple("builtins.bytes", _to_base64)),
    (complex, _simple("builtins.complex", lambda value: [value.real, value.imag])),
)


def _dump_special(value: Any) -> tuple[str, int, Any] | None:
    """Tuples, the standard library's rarer types, and classes that say themselves how they travel."""
    if isinstance(value, tuple):
        return "builtins.tuple", 1, list(value)
    cls = type(value)
    polars = cls.__module__.startswith("polars.")  # its methods of that name mean something else
    if (
        callable(getattr(cls, "serialize", None))
        and callable(getattr(cls, "deserialize", None))
        and not polars
    ):
        return _name(cls), int(getattr(cls, "__version__", 1)), value.serialize()
    if cls.__module__ == "decimal":
        return "decimal.Decimal", 1, str(value)
    if cls.__module__ == "uuid":
        return "uuid.UUID", 1, str(value)
    if cls.__module__.startswith("pathlib"):
        return "pathlib.Path", 1, str(value)
    return None


def _dump_stored(value: Any) -> tuple[str, int, Any] | None:
    if type(value).__module__.partition(".")[0] not in _STORES:
        return None
    from tradewind.authoring import serde_stores  # only where one of these libraries is in use

    return serde_stores.dump(value)


_STORES = frozenset({"deltalake", "kubernetes", "pyiceberg"})


def _dump_library(value: Any) -> tuple[str, int, Any] | None:
    """Values of libraries, which are loaded if there is a value of theirs."""
    cls = type(value)
    if hasattr(cls, "__dataclass_fields__"):
        return _name(cls), _version(cls), {name: getattr(value, name) for name in cls.__dataclass_fields__}
    if hasattr(cls, "__attrs_attrs__"):
        return (
            _name(cls),
            _version(cls),
            {one.name.lstrip("_"): getattr(value, one.name) for one in cls.__attrs_attrs__},
        )
    if hasattr(cls, "__pydantic_fields__") and hasattr(cls, "model_validate"):
        return _name(cls), _version(cls), value.model_dump()
    if hasattr(cls, "__struct_fields__"):
        return _name(cls), _version(cls), {name: getattr(value, name) for name in cls.__struct_fields__}
    if cls.__module__.partition(".")[0] in {"numpy", "pandas", "polars"}:
        from tradewind.authoring import serde_arrays  # only where one of them is in use

        return serde_arrays.dump(value)
    return _dump_sequence(value)


def _dump_sequence(value: Any) -> tuple[str, int, Any] | None:
    """Lazy sequences of ours (results of mapped tasks) travel as lists."""
    return ("", 1, list(value)) if getattr(type(value), "travels_as_list", False) else None


def _dump_json_subclass(value: Any) -> tuple[str, int, Any] | None:
    for base in _JSON_BASES:
        if isinstance(value, base):
            return "", 1, base(value)
    return ("", 1, dict(value)) if isinstance(value, Mapping) else None


def _name(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


def _version(cls: type) -> int:
    given = getattr(cls, "__version__", 1)
    return given if isinstance(given, int) else 1


def _load_decimal(text: str) -> Any:
    import decimal

    return decimal.Decimal(text)


def _load_uuid(text: str) -> Any:
    import uuid

    return uuid.UUID(text)


def _load_path(text: str) -> Any:
    import pathlib

    return pathlib.Path(text)


def _arrays(kind: str) -> Callable[[Any], Any]:
    def load(data: Any) -> Any:
        from tradewind.authoring import serde_arrays  # numpy and pandas are heavy

        return serde_arrays.load(kind, data)

    return load


def _stored(kind: str) -> Callable[[Any], Any]:
    def load(data: Any) -> Any:
        from tradewind.authoring import serde_stores  # brings what decrypts

        return serde_stores.load_delta(data) if kind == "delta" else serde_stores.load_iceberg(data)

    return load


def _file(data: Any) -> Any:
    from tradewind.authoring import xcom_files  # few values lie in files

    return xcom_files.read(data)


LOADERS: dict[str, Callable[[Any], Any]] = {
    "builtins.tuple": tuple,
    "builtins.set": set,
    "builtins.frozenset": frozenset,
    "builtins.float": float,
    "builtins.bytes": _from_base64,
    "builtins.complex": lambda data: complex(*data),
    "builtins.dict": lambda pairs: {_hashable(key): value for key, value in pairs},
    "datetime.datetime": _load_datetime,
    "datetime.date": date.fromisoformat,
    "datetime.time": time.fromisoformat,
    "datetime.timedelta": lambda seconds: timedelta(seconds=seconds),
    "datetime.tzinfo": _load_zone,
    "datetime.timezone": _load_zone,
    "pendulum.DateTime": _load_pendulum,
    "pendulum.Date": _load_pendulum_date,
    "pendulum.Timezone": _load_pendulum_zone,
    "decimal.Decimal": _load_decimal,
    "uuid.UUID": _load_uuid,
    "pathlib.Path": _load_path,
    "deltalake.table.DeltaTable": _stored("delta"),
    "pyiceberg.table.Table": _stored("iceberg"),
    "numpy.ndarray": _arrays("ndarray"),
    "numpy.generic": _arrays("generic"),
    "pandas.DataFrame": _arrays("frame"),
    "pandas.Series": _arrays("series"),
    "tradewind.XComFile": _file,
    "polars.DataFrame": _arrays("frame"),
    "polars.Series": _arrays("series"),
}


def _hashable(key: Any) -> Any:
    return tuple(key) if isinstance(key, list) else key


def build(cls: Any, data: Any, version: int) -> Any:
    """An instance of a class of the DAG's author."""
    own = getattr(cls, "deserialize", None)
    if callable(own):
        return own(data, version)
    if issubclass(cls, Enum):
        return cls(data)
    if hasattr(cls, "model_validate") and hasattr(cls, "__pydantic_fields__"):
        return cls.model_validate(data)
    if hasattr(cls, "__dataclass_fields__"):
        return _build_dataclass(cls, data)
    if hasattr(cls, "__attrs_attrs__") or hasattr(cls, "__struct_fields__"):
        return cls(**data)
    from tradewind.authoring.serde import CannotDeserialize  # builds on this module

    raise CannotDeserialize(
        f"{_name(cls)} is neither a dataclass nor a model, nor has it a deserialize method."
    )


def _build_dataclass(cls: Any, data: dict[str, Any]) -> Any:
    accepted = {
        name: data[name] for name, field in cls.__dataclass_fields__.items() if field.init and name in data
    }
    made = cls(**accepted)
    for name in data.keys() - accepted.keys():
        object.__setattr__(made, name, data[name])
    return made


def shown(value: Any) -> Any:
    """A flattened value for people: wrappers are replaced by what is in them."""
    if isinstance(value, list):
        return [shown(part) for part in value]
    if not isinstance(value, dict):
        return value
    if CLASS not in value:
        return {key: shown(part) for key, part in value.items()}
    data = value.get(DATA)
    if isinstance(data, dict) and {"iso", "tz"} <= data.keys() <= {"iso", "tz", "zone"}:
        return data["iso"]
    if value[CLASS] == "builtins.dict" and isinstance(data, list):
        return {str(shown(key)): shown(part) for key, part in data}
    return shown(data)
