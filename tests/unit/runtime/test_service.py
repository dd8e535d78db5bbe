"""The life of a service, wake-ups, and where the files of a home lie."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from tradewind.domain.messages.wake import Wake
from tradewind.runtime import paths, wakeups
from tradewind.runtime.clock import SystemClock
from tradewind.runtime.duty import Duty
from tradewind.runtime.locks import AlreadyRunning
from tradewind.runtime.service import Service
from tradewind.telemetry import events


class Work:
    def __init__(self, *, drain: float = 0.0, fail: bool = False) -> None:
        self.did: list[str] = []
        self._drain, self._fail = drain, fail
        self.turns = 0

    async def start(self) -> None:
        self.did.append("start")
        if self._fail:
            raise OSError("no")

    def duties(self):
        return [Duty(name="turn", every=0.001, run_once=self._turn)]

    def _turn(self) -> None:
        self.turns += 1
        if self.turns == 1:
            raise ValueError("first")
        if self.turns == 3:
            os.kill(os.getpid(), signal.SIGTERM)

    async def drain(self) -> None:
        self.did.append("drain")
        await asyncio.sleep(self._drain)
        self.did.append("drained")

    async def stop(self) -> None:
        self.did.append("stop")


def service(work: Work, tmp_path: Path, said: list[events.Event], **more) -> Service:
    return Service(
        "thing", work, clock=SystemClock(), emit=said.append, lock=tmp_path / "thing.lock",
        pid_file=tmp_path / "airflow-thing.pid", **more,
    )  # fmt: skip


def test_a_signal_drains_and_stops_and_a_failing_duty_does_not_end_it(tmp_path: Path) -> None:
    said: list[events.Event] = []
    work = Work()
    service(work, tmp_path, said).run()
    assert work.did == ["start", "drain", "drained", "stop"]
    assert [type(event).__name__ for event in said] == [
        "ServiceStarted", "DutyFailed", "ServiceDraining", "ServiceStopped",
    ]  # fmt: skip
    assert "SIGTERM" in said[2].reason and "ValueError: first" in said[1].error
    assert not (tmp_path / "airflow-thing.pid").exists()


def test_a_drain_that_takes_too_long_is_cut(tmp_path: Path) -> None:
    work = Work(drain=60)
    service(work, tmp_path, [], drain_timeout=0.05).run()
    assert work.did == ["start", "drain", "stop"]


def test_what_start_raises_comes_out_after_stop(tmp_path: Path) -> None:
    work = Work(fail=True)
    with pytest.raises(OSError, match="no"):
        service(work, tmp_path, []).run()
    assert work.did == ["start", "stop"]


def test_a_second_one_is_refused(tmp_path: Path) -> None:
    class Nested(Work):
        async def start(self) -> None:
            with pytest.raises(AlreadyRunning, match=str(os.getpid())):
                await service(Work(), tmp_path, []).main()
            raise KeyError

    with pytest.raises(KeyError):
        service(Nested(), tmp_path, []).run()


def test_a_duty_can_be_woken() -> None:
    async def world() -> int:
        count = 0
        wake = asyncio.Event()

        def once() -> None:
            nonlocal count
            count += 1

        from tradewind.runtime.duty import perform

        duty = Duty(name="d", every=60, run_once=once, at_start=False, wake=wake)
        task = asyncio.create_task(perform(duty, component="c", clock=SystemClock(), emit=lambda _: None))
        while count < 3:
            wake.set()
            await asyncio.sleep(0)
        task.cancel()
        return count

    assert asyncio.run(world()) == 3


def test_a_wake_up_arrives_and_nobody_listening_is_no_error(tmp_path: Path) -> None:
    assert not wakeups.send(tmp_path, Wake(kind="all"))
    receiver = wakeups.Receiver(tmp_path)
    assert wakeups.send(tmp_path, Wake(kind="run", dag_id="d", run_id="r"))
    assert list(receiver.drain()) == [Wake(kind="run", dag_id="d", run_id="r")]
    assert list(receiver.drain()) == []
    receiver.close()
    assert not receiver.path.exists()


def test_a_full_socket_does_not_block(tmp_path: Path) -> None:
    receiver = wakeups.Receiver(tmp_path)
    sent = sum(wakeups.send(tmp_path, Wake(kind="all")) for _ in range(5000))
    assert 0 < sent < 5000
    assert len(list(receiver.drain())) == sent
    receiver.close()


def test_an_older_receiver_does_not_remove_a_newer_ones_socket(tmp_path: Path) -> None:
    old = wakeups.Receiver(tmp_path)
    new = wakeups.Receiver(tmp_path)
    old.close()
    assert wakeups.send(tmp_path, Wake(kind="all"))
    new.close()


def test_the_run_folder_is_private_and_short_enough(tmp_path: Path, monkeypatch) -> None:
    folder = paths.run_dir(tmp_path / "h")
    assert folder == tmp_path / "h" / "run" or len(str(tmp_path)) > 40
    assert folder.stat().st_mode & 0o777 == 0o700
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    deep = paths.run_dir(tmp_path / ("x" * 90))
    assert len(str(deep / "host-00000000-0000-0000-0000-000000000000.sock")) <= paths.LONGEST_SOCKET
    assert deep == paths.run_dir(tmp_path / ("x" * 90)) != paths.run_dir(tmp_path / ("y" * 90))
    deep.rmdir()


def test_a_run_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").symlink_to(tmp_path)
    if len(str(tmp_path)) < 40:
        with pytest.raises(paths.RunDirUnsafe, match="link"):
            paths.run_dir(tmp_path)
