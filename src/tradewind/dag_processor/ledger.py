"""What the database holds of our files, and the writing of it. Called from one thread at a time.

The ledger remembers which file defines which DAG, and the hash of each DAG's newest version: to refuse an id
that two files claim, and to notice rows that somebody changed or deleted by hand.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from tradewind.dag_processor import sync
from tradewind.dag_processor.bundles.local import LocalDagBundle
from tradewind.domain.errors import DatabaseError
from tradewind.domain.messages.parsing import ParsedFile
from tradewind.domain.messages.wake import Wake
from tradewind.runtime import wakeups
from tradewind.runtime.clock import Clock
from tradewind.store.database import Database, Tx
from tradewind.store.queries import dag_versions, parse_requests, scheduling
from tradewind.telemetry import events

_CHECKED_EACH_TIME: Final = 20


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was read, to be stored."""

    parsed: ParsedFile
    bundle: LocalDagBundle


class Ledger:
    """Keeps rows and files together."""

    def __init__(
        self, database: Database, *, clock: Clock, run_dir: Path, paused: bool, emit: events.Emit = events.log
    ) -> None:
        self._database, self._clock, self._run_dir = database, clock, run_dir
        self._paused, self._emit = paused, emit
        self._files: dict[str, dict[str, str]] = {}
        """Path to the DAGs it defines and their hashes."""
        self._owners: dict[str, str] = {}
        self._contested: dict[str, set[str]] = {}
        self._wanted: set[str] = set()
        self._asked: set[str] = set()
        self._bundles: dict[str, str] = {}
        self._rotation = 0

    def open(self, files: set[str]) -> None:
        """Read who defined what; DAGs of files that are gone become stale."""
        with self._database.read() as tx:
            rows = [row for row in scheduling.dag_schedules(tx) if not row.is_stale]
        self._owners = {row.dag_id: row.fileloc for row in rows if row.fileloc in files}
        missing = {row.fileloc: row.bundle_name for row in rows if row.fileloc not in files}
        with self._database.write() as tx:
            missing.update(sync.broken_files(tx, files))
            gone = [dag_id for path, bundle in missing.items() for dag_id in sync.drop_file(tx, path, bundle)]
        self._tell(gone, gone)

    def wants(self, path: str) -> bool:
        """Is the file to be stored even if reading it gave nothing new?"""
        return path in self._wanted

    def files_of(self, dag_ids: Iterable[str]) -> list[str]:
        """The files that define these DAGs."""
        return [self._owners[dag_id] for dag_id in dag_ids if dag_id in self._owners]

    def store(self, batch: Sequence[Read]) -> list[str]:
        """Write these files; the files to be read again because an id became free. Raises DatabaseError."""
        try:
            found = self._write(batch)
        except DatabaseError:
            raise
        except Exception as error:  # noqa: BLE001 - one file's rows that cannot be written leave the others alone
            if len(batch) > 1:
                return [path for read in batch for path in self.store([read])]
            self._emit(
                events.FileBroken(path=batch[0].parsed.path, error=f"its DAGs cannot be stored: {error!r}")
            )
            return []
        return [path for synced, read in zip(found, batch, strict=True) for path in self._note(synced, read)]

    def drop(self, files: Sequence[str]) -> list[str]:
        """These files are gone; which to read again, because an id became free. Raises DatabaseError."""
        with self._database.write() as tx:
            gone = [
                dag_id for path in files for dag_id in sync.drop_file(tx, path, self._bundles.get(path, ""))
            ]
        self._tell(gone, gone)
        freed: list[str] = []
        for path in files:
            freed.extend(self._forget(path))
        return freed

    def differing(self) -> list[str]:
        """The files whose rows are not as we left them. They are stored anew once they have been read."""
        with self._database.read() as tx:
            rows = {row.dag_id: row for row in scheduling.dag_schedules(tx)}
            damaged = self._without_spec(tx)
        found = set(damaged)
        for path, live in self._files.items():
            for dag_id, version in live.items():
                row = rows.get(dag_id)
                if row is None or row.is_stale or row.version_hash != version:
                    found.add(path)
        self._wanted |= found
        return sorted(found)

    def requested(self, folders: Mapping[str, Path]) -> list[str]:
        """The files that somebody asked for; ``folders`` are those of the bundles, by name. Each is stored
        anew once it has been read.
        """
        with self._database.read() as tx:
            if not parse_requests.waiting(tx, folders):
                return []
        with self._database.write() as tx:
            taken = parse_requests.take(tx, folders)
        found = [str(folders[bundle] / path) for bundle, path in taken]
        self._wanted.update(found)
        self._asked.update(found)
        return found

    def _without_spec(self, tx: Tx) -> list[str]:
        """Some DAGs in turn: is the version that their row names there?"""
        known = [
            (path, dag_id, version) for path, live in self._files.items() for dag_id, version in live.items()
        ]
        if not known:
            return []
        start = self._rotation % len(known)
        self._rotation = start + _CHECKED_EACH_TIME
        some = itertools.islice(
            itertools.chain(known[start:], known[:start]), min(_CHECKED_EACH_TIME, len(known))
        )
        return [path for path, dag_id, version in some if dag_versions.newest_hash(tx, dag_id) != version]

    def _write(self, batch: Sequence[Read]) -> list[sync.Synced]:
        now = self._clock.now()
        owners = dict(self._owners)
        found = []
        with self._database.write() as tx:
            for read in batch:
                where = sync.Where(
                    bundle=read.bundle, owners=owners, paused=self._paused, now=now,
                    anew=read.parsed.path in self._asked,
                )  # fmt: skip
                synced = sync.store_file(tx, read.parsed, where)
                found.append(synced)
                owners.update(dict.fromkeys(synced.live, synced.path))
        return found

    def _note(self, synced: sync.Synced, read: Read) -> list[str]:
        """Remember what was written, tell about it."""
        path = synced.path
        before = self._files.get(path, {})
        broken = any(error.dag_id is None for error in synced.errors)
        self._files[path] = {**before, **synced.live} if broken else dict(synced.live)
        self._bundles[path] = read.bundle.name
        self._wanted.discard(path)
        self._asked.discard(path)
        self._owners.update(dict.fromkeys(synced.live, path))
        for dag_id in synced.contested:
            self._contested.setdefault(dag_id, set()).add(path)
        self._report(synced, read.parsed)
        changed = {*synced.touched, *synced.stored, *(before if synced.errors else ())}
        self._tell(sorted(changed), synced.gone)
        return self._release(path, synced.gone)

    def _report(self, synced: sync.Synced, parsed: ParsedFile) -> None:
        self._emit(
            events.FileParsed(
                path=synced.path, dags=len(synced.live), errors=len(synced.errors), seconds=parsed.seconds
            )
        )
        for error in synced.errors:
            self._emit(events.FileBroken(path=synced.path, error=error.message))
        for dag_id in synced.stored:
            self._emit(events.DagStored(dag_id=dag_id, version=synced.live[dag_id], path=synced.path))

    def _tell(self, changed: Iterable[str], gone: Iterable[str]) -> None:
        for dag_id in changed:
            wakeups.send(self._run_dir, Wake(kind="dag", dag_id=dag_id))
        for dag_id in gone:
            self._emit(events.DagGone(dag_id=dag_id))

    def _forget(self, path: str) -> list[str]:
        self._files.pop(path, None)
        self._bundles.pop(path, None)
        for claimants in self._contested.values():
            claimants.discard(path)
        return self._release(path, [dag_id for dag_id, owner in self._owners.items() if owner == path])

    def _release(self, path: str, dag_ids: Iterable[str]) -> list[str]:
        """These ids are free again; the files that wanted them."""
        waiting: set[str] = set()
        for dag_id in list(dag_ids):
            if self._owners.get(dag_id) == path:
                del self._owners[dag_id]
                waiting |= self._contested.pop(dag_id, set())
        self._wanted |= waiting
        return sorted(waiting)
