"""The envelope around a spec: its version, and what to do about an old one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Final

import msgspec

from tradewind.domain.codec import canonical
from tradewind.domain.errors import SpecVersionError
from tradewind.domain.spec.dag import DagSpec

VERSION: Final = 1
"""Raised when a change of ``domain/spec`` would make stored specs unreadable or mean something else."""

UPGRADES: Final[dict[int, Callable[[dict[str, Any]], dict[str, Any]]]] = {}
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
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
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
