"""DAGs for commands that must work when no daemon ever ran: reads DAG files in guarded children and stores
them.

While a DAG processor is alive the database is kept up to date by it, and is trusted. Without one, files that
are new or have changed since a command last read them are read again (their stamps lie in the run folder).
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tradewind.dag_processor import discovery, sync
from tradewind.dag_processor.bundles import local
from tradewind.dag_processor.bundles.local import LocalDagBundle
from tradewind.dag_processor.importers import Importers
from tradewind.domain.access import SYSTEM
from tradewind.domain.errors import AirflowException, DagNotFound
from tradewind.domain.messages.parsing import ParsedFile, ParseFile
from tradewind.runtime import paths
from tradewind.runtime.locks import Lock
from tradewind.store.queries import dag_warnings, dags, file_warnings
from tradewind.store.queries import import_errors as broken
from tradewind.store.queries.browse.listing import Page
from tradewind.store.records import ImportErrorRecord

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App

AT_ONCE = 4
STAMPS = "cli-read-files.json"
Stamp = tuple[int, ...]


class Read(msgspec.Struct):
    """What a command found in a file: its stamp then, its DAGs, the files that it imported."""

    stamp: Stamp
    dags: list[str] = []
    others: dict[str, Stamp | None] = {}


class PathNotFound(AirflowException):
    """``--subdir`` names nothing that can be read."""

    def __init__(self, path: str) -> None:
        super().__init__(f"There is no file or folder {path}. --subdir takes a DAG file or a folder of them.")
        self.path = path


def ensure(app: App, dag_id: str, subdir: str | None = None) -> None:
    """See to it that the database has the DAG as its file defines it now, if any file does."""
    if subdir:
        _store(app, _below(app, subdir))
        return
    with app.database.read() as tx:
        record = dags.get(tx, dag_id, access=SYSTEM)
    alive = _processor_runs(app)
    if record is not None and not record.is_stale and (alive or not _changed(app, [record.fileloc])):
        return
    files = _listed(app)
    changed = list(files) if alive else _changed(app, files)
    likely = [path for path in changed if mentions(path, dag_id)]
    found = _store(app, likely) if likely else set()
    if dag_id not in found:
        _store(app, [path for path in changed if path not in likely])


def refresh(app: App, subdir: str | None = None) -> None:
    """Bring the database up to date with the files, unless a DAG processor does that."""
    if subdir:
        _store(app, _below(app, subdir))
    elif not _processor_runs(app):
        files = _listed(app)
        _store(app, _changed(app, files))
        _drop_gone(app, files)


def sync_all(app: App, subdir: str | None = None) -> int:
    """Read every file and store what is in it; how many DAGs there are."""
    return len(_store(app, _below(app, subdir) if subdir else list(_listed(app))))


def read_all(app: App, subdir: str | None = None) -> list[ParsedFile]:
    """Read every file, and store nothing."""
    return _parse(app, _below(app, subdir) if subdir else list(_listed(app)))


def locate(app: App, dag_id: str, subdir: str | None = None) -> str:
    """The file that defines the DAG. Raises DagNotFound."""
    ensure(app, dag_id, subdir)
    with app.database.read() as tx:
        record = dags.get(tx, dag_id, access=SYSTEM)
        if record is None:
            raise DagNotFound(dag_id, dags.ids(tx, access=SYSTEM))
    return record.fileloc


def import_errors(app: App) -> list[ImportErrorRecord]:
    """The files that cannot be imported, as the database has them."""
    with app.database.read() as tx:
        return broken.page(tx, access=SYSTEM, page=Page(limit=None, order=(("filename", False),)))


def warnings(app: App) -> list[tuple[str, str]]:
    """(file, what is suspicious about it, a line each), as the database has them."""
    with app.database.read() as tx:
        return sorted([*dag_warnings.by_file(tx), *file_warnings.by_file(tx)])


def bundles(app: App) -> tuple[LocalDagBundle, ...]:
    """The folders of DAG files; the examples among them where they are wanted."""
    return local.from_config(app.config, examples_folder())


def examples_folder() -> Path:
    """The DAGs that come with the installation."""
    import tradewind

    return Path(tradewind.__file__).parent / "example_dags"


def _processor_runs(app: App) -> bool:
    return Lock(app.run_dir / paths.PROCESSOR_LOCK).holder() is not None


def _listed(app: App) -> dict[str, Stamp]:
    syntax = app.config.core.dag_ignore_file_syntax
    return {
        path: tuple(stamp)
        for bundle in bundles(app)
        for path, stamp in discovery.list_files(str(bundle.path), syntax=syntax).items()
    }


def _below(app: App, subdir: str) -> list[str]:
    text = app.config.sources.expand(subdir).replace("DAGS_FOLDER", str(app.config.core.dags_folder))
    path = Path(text).expanduser().absolute()
    if path.is_dir():
        return list(discovery.list_files(str(path), syntax=app.config.core.dag_ignore_file_syntax))
    if not path.exists():
        raise PathNotFound(str(path))
    return [str(path)]


def mentions(path: str, dag_id: str) -> bool:
    """Whether the file's text has the DAG's id in it; False for one that cannot be read."""
    try:
        return dag_id.encode() in Path(path).read_bytes()
    except OSError:
        return False


# --- reading ------------------------------------------------------------------------------------------


def _parse(app: App, files: Sequence[str]) -> list[ParsedFile]:
    return asyncio.run(_parse_all(app, files)) if files else []


async def _parse_all(app: App, files: Sequence[str]) -> list[ParsedFile]:
    importers = Importers(environ=app.environ, answer=_answerer(app))
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(path: str) -> ParsedFile:
        async with gate:
            return await importers.parse(_request(app, path))

    try:
        return list(await asyncio.gather(*(one(path) for path in files)))
    finally:
        await importers.close()


def _request(app: App, path: str) -> ParseFile:
    config = app.config
    memory = config.dag_processor.file_memory_limit
    return ParseFile(
        path=path,
        dags_folder=str(_bundle_of(app, path).path),
        timeout=config.core.dagbag_import_timeout or config.dag_processor.dag_file_processor_timeout,
        memory_limit=memory * 1024 * 1024 or None,
        safe_mode=config.core.dag_discovery_safe_mode,
    )


def _answerer(app: App):  # type: ignore[no-untyped-def]
    """Answers DAG files that ask for variables and connections while they are imported."""

    def answer(kind: str, name: str) -> object:
        if kind == "variable":
            return app.chain.get_variable(name)
        found = app.chain.get_connection(name)
        return found.as_dict() if found else None

    return answer


def _bundle_of(app: App, path: str) -> LocalDagBundle:
    known = bundles(app)
    return next((bundle for bundle in known if bundle.holds(path)), known[0])


# --- storing ------------------------------------------------------------------------------------------


def _store(app: App, files: Sequence[str]) -> set[str]:
    """Read these files and store what is in them; the ids of their DAGs."""
    live: set[str] = set()
    reads = _load_reads(app)
    for parsed in _parse(app, files):
        stamp = discovery.stamp(parsed.path)
        synced = _store_one(app, parsed)
        live.update(synced.live)
        for dag_id in synced.touched:
            app.wake("dag", dag_id=dag_id)
        if stamp is not None:
            others = {path: _stamp(path) for path in parsed.imported if path != parsed.path}
            reads[parsed.path] = Read(tuple(stamp), sorted(synced.live), others)
    if files:
        _save_reads(app, reads)
    return live


def _store_one(app: App, parsed: ParsedFile) -> sync.Synced:
    with app.database.write() as tx:
        owners = dags.files(tx)
        where = sync.Where(
            bundle=_bundle_of(app, parsed.path),
            owners={dag_id: file for dag_id, file in owners.items() if _is_there(file)},
            paused=app.config.core.dags_are_paused_at_creation,
            now=app.clock.now(),
        )
        return sync.store_file(tx, parsed, where)


def _drop_gone(app: App, files: Iterable[str]) -> None:
    present = set(files)
    with app.database.read() as tx:
        found = dags.everything(tx, access=SYSTEM)
        wrong = sync.broken_files(tx, present)
    gone = {record.fileloc: record.bundle_name for record in found if record.fileloc not in present}
    if not gone and not wrong:
        return
    with app.database.write() as tx:
        for path, bundle in {**wrong, **gone}.items():
            if not _is_there(path):
                sync.drop_file(tx, path, bundle or "")


# --- what was read when -------------------------------------------------------------------------------


def _changed(app: App, files: Iterable[str]) -> list[str]:
    reads = _load_reads(app)
    with app.database.read() as tx:
        known = set(dags.ids(tx, access=SYSTEM))
    return [path for path in files if not _is_current(reads.get(path), path, known)]


def _is_current(read: Read | None, path: str, known: set[str]) -> bool:
    if read is None or _stamp(path) != read.stamp or not known.issuperset(read.dags):
        return False
    return all(_stamp(other) == stamp for other, stamp in read.others.items())


def _stamp(path: str) -> Stamp | None:
    found = discovery.stamp(path)
    return None if found is None else tuple(found)


def _load_reads(app: App) -> dict[str, Read]:
    try:
        return msgspec.json.decode((app.run_dir / STAMPS).read_bytes(), type=dict[str, Read])
    except (OSError, msgspec.MsgspecError):
        return {}


def _save_reads(app: App, reads: dict[str, Read]) -> None:
    target = app.run_dir / STAMPS
    draft = target.with_suffix(f".{os.getpid()}")
    draft.write_bytes(msgspec.json.encode(dict(_still_there(reads))))
    draft.replace(target)


def _is_there(path: str) -> bool:
    return Path(path).exists()


def _still_there(reads: dict[str, Read]) -> Iterator[tuple[str, Read]]:
    return ((path, read) for path, read in reads.items() if _is_there(path))
