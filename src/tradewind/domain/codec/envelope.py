"""The envelope around a spec: its version, and what to do about an old one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Final

import msgspec

from tradewind.domain.codec import canonical
from tradewind.domain.errors import SpecVersionError
from tradewind.domain.spec.dag import DagSpec

VERSION: Final = 2
"""Raised when a change of ``domain/spec`` would make stored specs unreadable or mean something else."""

_LINK_KEYS: Final = {"Triggered DAG": "_link_TriggerDagRunLink", "External DAG": "_link_ExternalDagLink"}
"""The links that version 1 knew by name only, and whose keys are known all the same."""


def _key_links(dag: dict[str, Any]) -> dict[str, Any]:
    """``extra_links`` as names to keys. The last specs of version 1 had them so already; a link of others is
    known again when its file is parsed.
    """
    for task in dag.get("tasks", ()):
        names = task.get("extra_links")
        if isinstance(names, list):
            task["extra_links"] = {name: _LINK_KEYS[name] for name in names if name in _LINK_KEYS}
    return dag


UPGRADES: Final[dict[int, Callable[[dict[str, Any]], dict[str, Any]]]] = {1: _key_links}
"""Version n to the function that makes a ``dag`` object of version n + 1 from one of version n."""


class _Envelope(msgspec.Struct, frozen=True):
    version: int
    dag: msgspec.Raw


_head: Final = msgspec.json.Decoder(_Envelope)
_dag: Final = msgspec.json.Decoder(DagSpec)
_encoder: Final = msgspec.json.Encoder(order="sorted")


def encode(spec: DagSpec) -> bytes:
    """The spec's canonical bytes. Raises InvalidValue for a value that JSON cannot hold."""
    return _encoder.encode({"version": VERSION, "dag": canonical.plain(spec)})


def decode(data: bytes) -> DagSpec:
    """The spec in the bytes. Raises SpecVersionError if they are none, or from a newer version."""
    try:
        envelope = _head.decode(data)
        if envelope.version == VERSION:
            return _dag.decode(envelope.dag)
        return msgspec.convert(_upgraded(envelope), DagSpec)
    except (msgspec.MsgspecError, UnicodeDecodeError, TypeError, AttributeError) as error:
        raise SpecVersionError(
            f"The stored DAG cannot be read: {error}. Parse its file again with 'airflow dags reserialize'."
        ) from error


def digest(encoded: bytes) -> str:
    """The name of a version: 64 hexadecimal digits."""
    return hashlib.sha256(encoded).hexdigest()


def _upgraded(envelope: _Envelope) -> dict[str, Any]:
    if not 0 < envelope.version < VERSION:
        raise SpecVersionError(
            f"The stored DAG has format version {envelope.version}, this Tradewind reads up to {VERSION}. "
            "Upgrade this installation, or parse the DAG's file again with 'airflow dags reserialize'."
        )
    dag: dict[str, Any] = msgspec.json.decode(envelope.dag)
    for version in range(envelope.version, VERSION):
        dag = UPGRADES[version](dag)
    return dag
