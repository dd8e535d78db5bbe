"""What happens when: listing, reading, storing, comparing; and how the processor starts and stops.

``run`` is the entry for commands. One processor a home: a second one is refused by a lock.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from tradewind.config import Config
from tradewind.dag_processor import bundles as sources
from tradewind.dag_processor import discovery
from tradewind.dag_processor.agenda import Agenda, Entry
from tradewind.dag_processor.bundles.local import LocalDagBundle
from tradewind.dag_processor.importers import COMMAND, Answer, Importers
from tradewind.dag_processor.ledger import Ledger, Read
from tradewind.dag_processor.watch import Watcher
from tradewind.domain.errors import DatabaseError
from tradewind.domain.messages.parsing import ParsedFile, ParseFile
from tradewind.domain.messages.wake import Wake
from tradewind.runtime import paths, wakeups
from tradewind.runtime.clock import Clock
from tradewind.runtime.duty import Duty
from tradewind.runtime.service import Service, cancel_all
from tradewind.secrets import Chain
from tradewind.store.database import Database
from tradewind.store.heartbeat import Heartbeat
from tradewind.telemetry import events

COMPONENT: Final = "dag-processor"
_COMPARE: Final = 5.0
_LONGEST_NAP: Final = 30.0
_BATCH: Final = 64
_RETRY: Final = 1.0


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a processor. Times are seconds."""

    bundles: tuple[LocalDagBundle, ...]
    run_dir: Path
    readers: int = 2
    interval: float = 30.0
    scan_interval: float = 5.0
    order: str = "modified_time"
    ignore_syntax: str = "glob"
    safe_mode: bool = True
    timeout: float = 30.0
    memory_limit: int | None = None
    paused: bool = True
    besides: tuple[Path, ...] = ()
    """Folders that are watched, but hold no DAG files: plugins."""

    @classmethod
    def of(cls, config: Config, run_dir: Path, examples: Path | None = None) -> Options:
        """From the configuration. Raises AirflowConfigException."""
        own, core = config.dag_processor, config.core
        return cls(
            bundles=sources.from_config(config, examples),
            run_dir=run_dir,
            readers=own.parsing_processes,
            interval=own.min_file_process_interval,
            scan_interval=own.scan_interval,
            order=own.file_parsing_sort_mode,
            ignore_syntax=core.dag_ignore_file_syntax,
            safe_mode=core.dag_discovery_safe_mode,
            timeout=core.dagbag_import_timeout or own.dag_file_processor_timeout,
            memory_limit=own.file_memory_limit * 1024 * 1024 or None,
            paused=core.dags_are_paused_at_creation,
            besides=(core.plugins_folder,),
        )


class Processor:
    """The processor as ``runtime.service.Service`` runs it."""

    def __init__(
        self,
        options: Options,
        *,
        ledger: Ledger,
        importers: Importers,
        clock: Clock,
        emit: events.Emit = events.log,
    ) -> None:
        self._options, self._ledger, self._importers = options, ledger, importers
        self._clock, self._emit = clock, emit
        self.agenda = Agenda(interval=options.interval, order=options.order)
        folders = [bundle.path for bundle in options.bundles]
        self._watcher = Watcher([*folders, *options.besides], self._look_soon)
        self._look = asyncio.Event()
        self._asked = asyncio.Event()
        self._news = asyncio.Event()
        self._results: asyncio.Queue[Read] = asyncio.Queue()
        self._tasks: list[asyncio.Task[Any]] = []
        self._receiver: wakeups.Receiver | None = None
        self._draining = False
        self._unstored = 0
        self._stored = asyncio.Event()

    async def start(self) -> None:
        """Listen first, then list: no change is missed between the two."""
        loop = asyncio.get_running_loop()
        self._receiver = wakeups.Receiver(self._options.run_dir, name=paths.PROCESSOR_WAKE)
        self._receiver.watch(loop, self._on_wakes)
        self._watcher.start()
        await self._list()
        await asyncio.to_thread(self._ledger.open, set(self.agenda.entries))
        readers = [self._read_on() for _ in range(self._options.readers)]
        self._tasks = [loop.create_task(work) for work in (*readers, self._store_on())]

    def duties(self) -> Sequence[Duty]:
        """Listing files, comparing with the database, and what people ask to have read."""
        return [
            Duty(name="list_files", every=self._options.scan_interval, run_once=self._list, wake=self._look),
            Duty(name="compare", every=_COMPARE, run_once=self._compare, at_start=False),
            Duty(name="take_requests", every=_COMPARE, run_once=self._take_requests, wake=self._asked),
        ]

    async def drain(self) -> None:
        """Begin no file, store what was read. What is still being read, the next start reads again."""
        self._draining = True
        self._news.set()
        while self._unstored:
            self._stored.clear()
            await self._stored.wait()

    async def stop(self) -> None:
        """Close the importer and everything else."""
        await self._watcher.stop()
        await cancel_all(self._tasks)
        await self._importers.close()
        if self._receiver is not None:
            self._receiver.unwatch(asyncio.get_running_loop())
            self._receiver.close()

    # --- looking --------------------------------------------------------------------------------------

    def _look_soon(self) -> None:
        self._look.set()

    def _on_wakes(self, wakes: list[Wake]) -> None:
        """``dag``: have that DAG's file read again, ``all``: all files, ``parse``: what was asked for."""
        if any(wake.kind == "parse" for wake in wakes):
            self._asked.set()
        everything = any(wake.kind == "all" for wake in wakes)
        asked = self._ledger.files_of(wake.dag_id for wake in wakes if wake.kind == "dag")
        self._again(self.agenda.entries if everything else asked)
        self._look_soon()

    def _again(self, files: Iterable[str]) -> None:
        self.agenda.ask(list(files), self._clock.monotonic())
        self._news.set()

    async def _list(self) -> None:
        """All files there are now, and the stamps of what they read besides."""
        files, besides = await asyncio.to_thread(self._stamps, self.agenda.besides())
        now = self._clock.monotonic()
        gone = self.agenda.seen(files, now)
        self.agenda.moved(besides, now)
        if gone:
            self._again(await self._persist(lambda: self._ledger.drop(gone)))
        self._news.set()

    def _stamps(
        self, besides: set[str]
    ) -> tuple[dict[str, discovery.Stamp], dict[str, discovery.Stamp | None]]:
        files: dict[str, discovery.Stamp] = {}
        for bundle in self._options.bundles:
            files.update(discovery.list_files(str(bundle.path), syntax=self._options.ignore_syntax))
        return files, {path: discovery.stamp(path) for path in besides}

    async def _compare(self) -> None:
        """Rows that somebody changed or deleted by hand are written anew."""
        self._again(await asyncio.to_thread(self._ledger.differing))

    async def _take_requests(self) -> None:
        """Files that somebody asked to have read come before all others, and are stored in any case."""
        folders = {bundle.name: bundle.path for bundle in self._options.bundles}
        self._again(await asyncio.to_thread(self._ledger.requested, folders))

    # --- reading ----------------------------------------------------------------------------------------

    async def _read_on(self) -> None:
        """Read one file after the other."""
        while not self._draining:
            entry = self.agenda.next(self._clock.monotonic())
            if entry is None:
                await self._nap()
            else:
                await self._read(entry)

    async def _nap(self) -> None:
        delay = self.agenda.due(self._clock.monotonic())
        self._news.clear()
        try:
            async with asyncio.timeout(
                min(delay if delay is not None else _LONGEST_NAP, _LONGEST_NAP) or 0.05
            ):
                await self._news.wait()
        except TimeoutError:
            return

    async def _read(self, entry: Entry) -> None:
        stamp, bundle = entry.stamp, self._bundle_of(entry.path)
        request = ParseFile(
            path=entry.path,
            dags_folder=str(bundle.path),
            timeout=self._options.timeout,
            memory_limit=self._options.memory_limit,
            safe_mode=self._options.safe_mode,
        )
        parsed = await self._importers.parse(request)
        read = [path for path in (*parsed.imported, *parsed.read) if path != entry.path]
        changed = self.agenda.done(
            entry.path,
            self._clock.monotonic(),
            seconds=parsed.seconds,
            result=_fingerprint(parsed, stamp),
            read={path: discovery.stamp(path) for path in read},
            outside=bool(parsed.outside),
            broken=bool(parsed.errors),
        )
        if changed or self._ledger.wants(entry.path):
            self._unstored += 1
            self._results.put_nowait(Read(parsed=parsed, bundle=bundle))

    def _bundle_of(self, path: str) -> LocalDagBundle:
        return next(bundle for bundle in self._options.bundles if bundle.holds(path))

    # --- storing ----------------------------------------------------------------------------------------

    async def _store_on(self) -> None:
        """Write results, all that wait in one transaction."""
        while True:
            batch = [await self._results.get()]
            while len(batch) < _BATCH and not self._results.empty():
                batch.append(self._results.get_nowait())
            self._again(await self._persist(lambda: self._ledger.store(batch)))  # noqa: B023 - used at once
            self._unstored -= len(batch)
            self._stored.set()

    async def _persist(self, write: Callable[[], list[str]]) -> list[str]:
        """Write until the database takes it; the files that must be read again in consequence."""
        while True:
            try:
                return await asyncio.to_thread(write)
            except DatabaseError as error:
                self._emit(events.DutyFailed(component=COMPONENT, duty="store", error=str(error)))
                await asyncio.sleep(_RETRY)


def _fingerprint(parsed: ParsedFile, stamp: discovery.Stamp) -> str:
    """Equal for two readings that leave nothing new to store."""
    seen = msgspec.msgpack.encode([stamp, parsed.dags, parsed.errors])
    return hashlib.sha256(seen).hexdigest()


def answer_from(chain: Chain | None) -> Answer:
    """What DAG files get when they ask for variables and connections while they are imported."""

    def answer(kind: str, name: str) -> Any:
        if chain is None:
            return None
        if kind == "variable":
            return chain.get_variable(name)
        found = chain.get_connection(name)
        return None if found is None else found.as_dict()

    return answer


def run(
    *,
    config: Config,
    database: Database,
    clock: Clock,
    environ: Mapping[str, str],
    chain: Chain | None = None,
    emit: events.Emit = events.log,
    pid_file: Path | None = None,
    title: str | None = None,
    examples: Path | None = None,
    command: Sequence[str] = COMMAND,
) -> None:
    """Keep the database in step with the DAG files until SIGTERM or SIGINT.

    ``environ`` is what the importer gets; ``chain`` answers variables and connections that files ask for
    while they are imported; ``examples`` is the folder of example DAGs (by default the one that comes along).
    Raises AlreadyRunning, AirflowConfigException, DatabaseError.
    """
    asyncio.run(
        _serve(
            config, database, clock, environ, chain=chain, emit=emit, pid_file=pid_file, title=title,
            examples=examples, command=command,
        )
    )  # fmt: skip


async def _serve(
    config: Config,
    database: Database,
    clock: Clock,
    environ: Mapping[str, str],
    *,
    chain: Chain | None,
    emit: events.Emit,
    pid_file: Path | None,
    title: str | None,
    examples: Path | None,
    command: Sequence[str],
) -> None:
    run_dir = paths.run_dir(config.home)
    options = Options.of(config, run_dir, examples or Path(__file__).parents[1] / "example_dags")
    ledger = Ledger(database, clock=clock, run_dir=run_dir, paused=options.paused, emit=emit)
    importers = Importers(environ=environ, answer=answer_from(chain), command=command)
    heart = Heartbeat(database, clock, "DagProcessorJob")
    service = Service(
        COMPONENT,
        Processor(options, ledger=ledger, importers=importers, clock=clock, emit=emit),
        clock=clock,
        emit=emit,
        lock=run_dir / paths.PROCESSOR_LOCK,
        pid_file=pid_file,
        title=title,
        heartbeat=heart.beat,
    )
    try:
        await service.main()
    finally:
        heart.end()
