"""The forked child: runs one DAG file and says what is in it."""

from __future__ import annotations

import faulthandler
import gc
import os
import signal
import socket
import sys
from types import FrameType
from typing import Any, TextIO

import msgspec

from tradewind import secrets
from tradewind.authoring import file_errors, loader, to_spec
from tradewind.dag_processor import guard, verdicts
from tradewind.dag_processor.witness import Witness
from tradewind.domain.messages import parsing, wire
from tradewind.domain.messages.parsing import FileError, Found, Lookup, ParsedFile, ParseFile
from tradewind.domain.spec import DagSpec
from tradewind.secrets.backend import BaseSecretsBackend


class OutOfTime(BaseException):
    """Raised in the file's own code when its time is over; not an Exception, so that few files catch it."""


class Link:
    """The way to whoever asked for the file."""

    def __init__(self, end: socket.socket, ticket: int) -> None:
        self._end, self._ticket = end, ticket
        self._frames = wire.Frames(parsing.ToImporter)
        self._owner = os.getpid()

    def send(self, message: msgspec.Struct) -> None:
        """Send a message."""
        self._end.sendall(wire.frame(message))

    def ask(self, kind: str, name: str) -> Any:
        """What the service knows under that name, or None. Processes that the file forked get no answer."""
        if os.getpid() != self._owner:
            return None
        self.send(Lookup(ticket=self._ticket, kind=kind, name=name))
        while data := self._end.recv(1 << 16):
            for message in self._frames.feed(data):
                if isinstance(message, Found):
                    return message.value
        return None


class ServiceBackend(BaseSecretsBackend):
    """Variables and connections that the database side knows."""

    def __init__(self, link: Link, witness: Witness) -> None:
        self._link, self._witness = link, witness

    def get_variable(self, key: str) -> str | None:
        """The variable's text, or None."""
        self._witness.note(f"variable {key}")
        value = self._link.ask("variable", key)
        return None if value is None else str(value)

    def get_connection(self, conn_id: str) -> Any:
        """The connection, or None."""
        self._witness.note(f"connection {conn_id}")
        fields = self._link.ask("connection", conn_id)
        return None if fields is None else secrets.Connection.from_dict(fields, conn_id)


def main(request: ParseFile, end: socket.socket, output: int) -> int:
    """Import the file and send a ParsedFile. Returns the exit code of the process."""
    _redirect(output)
    faulthandler.enable()
    guard.limit(memory=request.memory_limit, cpu_seconds=request.timeout)
    gc.enable()
    link = Link(end, request.ticket)
    witness = Witness(request.path)
    secrets.use(secrets.Chain([*secrets.current().backends, ServiceBackend(link, witness)]))
    try:
        result = _parse(request, witness)
    except BaseException as error:  # noqa: BLE001 - whatever the file raises is its own error
        result = _failed(request, error)
    sys.stdout.flush()
    sys.stderr.flush()
    if os.getpid() == link._owner:
        link.send(result)
    return 0


def _parse(request: ParseFile, witness: Witness) -> ParsedFile:
    signal.signal(signal.SIGALRM, _out_of_time)
    signal.setitimer(signal.ITIMER_REAL, request.timeout)
    witness.begin()
    try:
        loaded = loader.load_file(request.path, request.dags_folder, safe_mode=request.safe_mode)
        specs, errors = _specs(loaded)
    finally:
        witness.end()
        signal.setitimer(signal.ITIMER_REAL, 0)
    imported = set(loaded.imported)
    return ParsedFile(
        path=request.path,
        dags=tuple(specs),
        errors=(*loaded.errors, *errors),
        warnings=tuple(str(warning) for warning in loaded.warnings),
        imported=tuple(sorted(imported)),
        read=tuple(sorted(witness.read - imported - {request.path})),
        outside=tuple(sorted(witness.outside)),
    )


def _specs(loaded: loader.LoadedFile) -> tuple[list[DagSpec], list[FileError]]:
    specs: list[DagSpec] = []
    errors: list[FileError] = []
    for dag in loaded.dags:
        try:
            specs.append(to_spec.to_spec(dag))
        except Exception as error:  # noqa: BLE001 - one DAG that cannot be described leaves the others alone
            found = file_errors.of(error, loaded.path)
            errors.append(msgspec.structs.replace(found, dag_id=dag.dag_id))
    return specs, errors


def _failed(request: ParseFile, error: BaseException) -> ParsedFile:
    found = file_errors.of(error, request.path, (request.dags_folder,))
    if isinstance(error, OutOfTime):
        found = msgspec.structs.replace(found, message=verdicts.too_long(request.path, request.timeout))
    return ParsedFile(path=request.path, errors=(found,))


def _out_of_time(number: int, frame: FrameType | None) -> None:
    raise OutOfTime("out of time")


def _redirect(output: int) -> None:
    """Standard output and error go to the importer; there is nothing to read."""
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(null)
    os.close(output)
    # New streams: the inherited ones may believe that they write to a file.
    sys.stdout = sys.__stdout__ = _stream(1)  # type: ignore[misc, assignment]
    sys.stderr = sys.__stderr__ = _stream(2)  # type: ignore[misc, assignment]


def _stream(number: int) -> TextIO:
    return open(number, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
