"""Processes: sessions of their own, told apart from their pid's next owner, ended with all they started."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from tradewind.runtime import children, processes
from tradewind.runtime.clock import SystemClock
from tradewind.runtime.locks import AlreadyRunning, Lock, PidFile, read_pid


def until(fact, seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while not fact():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def test_a_session_is_ended_with_its_orphans(tmp_path: Path) -> None:
    # a shell that ignores SIGTERM, and a grandchild whose parent ends at once
    script = f"trap '' TERM; (sleep 300 & echo $! > {tmp_path}/orphan) ; echo up > {tmp_path}/up; sleep 300"
    child = processes.spawn(["sh", "-c", script], env=dict(os.environ))
    assert until((tmp_path / "up").exists)
    leader = processes.identity(child.pid)
    orphan = processes.identity(int((tmp_path / "orphan").read_text()))
    assert orphan in processes.session_members(child.pid)
    assert processes.kill_group(leader, grace=0.1)
    child.wait(5)
    assert not processes.is_alive(orphan) and processes.session_members(child.pid) == []


def test_a_recycled_pid_is_left_alone() -> None:
    me = processes.own_identity()
    stranger = processes.Identity(me.pid, me.started - 1)
    assert not processes.is_alive(stranger)
    assert not processes.signal_process(stranger, signal.SIGKILL)
    assert processes.kill_group(stranger, grace=0)


def test_an_exit_is_described() -> None:
    assert processes.describe_exit(3) == "exit code 3"
    assert processes.describe_exit(-9) == "signal SIGKILL"


def test_a_command_gives_a_value_or_an_error_that_names_it() -> None:
    assert processes.run_command("echo 'a b'") == "a b"
    with pytest.raises(processes.ConfigCommandFailed, match="exit code 3"):
        processes.run_command("sh -c 'exit 3'")
    with pytest.raises(processes.ConfigCommandFailed, match="no-such-command"):
        processes.run_command("no-such-command")


def test_a_command_that_is_not_there_is_named() -> None:
    with pytest.raises(processes.CannotStart, match="no-such-command"):
        processes.spawn(["no-such-command"], env={})


def test_a_forked_child_has_its_own_session_and_output(tmp_path: Path) -> None:
    def main(argv):
        os.write(1, f"{argv[0]} {os.environ['A']} {os.getsid(0) == os.getpid()}\n".encode())
        return 7

    child = children.start(["x"], env={"A": "1"}, fork=main, output=tmp_path / "out")
    assert until(lambda: child.poll() is not None)
    assert child.poll() == 7
    assert (tmp_path / "out").read_text() == "x 1 True\n"


def test_a_keeper_starts_again_with_growing_delays() -> None:
    class Hands:
        time = 0.0
        started = 0

        def monotonic(self) -> float:
            return self.time

        def now(self):
            raise AssertionError

    class Dead:
        def poll(self) -> int:
            return -9

    hands = Hands()

    def begin():
        hands.started += 1
        return Dead()

    keeper = children.Keeper("c", begin, hands)
    delays = []
    for _ in range(200):
        delay = keeper.look()
        if delay is not None:
            delays.append(delay)
        hands.time += 0.1
    assert delays[:4] == list(children.BACK_OFF[:4])
    assert keeper.last_exit == -9 and hands.started == len(delays) + (keeper.child is not None)


def test_a_lock_is_held_by_one_process_and_freed_by_its_death(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    code = (
        "import sys,time,pathlib; from tradewind.runtime.locks import Lock;"
        "assert Lock(pathlib.Path(sys.argv[1])).acquire(); print('held', flush=True); time.sleep(300)"
    )
    code = code.replace(
        "assert Lock(pathlib.Path(sys.argv[1])).acquire()", "l=Lock(pathlib.Path(sys.argv[1])); l.acquire()"
    )
    holder = processes.spawn([sys.executable, "-c", code, str(path)], env=dict(os.environ), stdout=-1)
    with holder.stdout:
        assert holder.stdout.readline() == b"held\n"
        lock = Lock(path)
        assert not lock.acquire() and lock.holder() == holder.pid
        with pytest.raises(AlreadyRunning, match=str(holder.pid)):
            lock.require("The scheduler")
        holder.kill()
        holder.wait()
    assert lock.acquire() and lock.held
    lock.release()
    assert lock.holder() is None


def test_a_stale_pid_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "airflow-x.pid"
    path.write_text("999999999\n")
    file = PidFile(path, "x")
    file.write()
    assert read_pid(path) == os.getpid()
    file.remove()
    assert not path.exists()


def test_the_clock_is_aware() -> None:
    clock = SystemClock()
    assert clock.now().utcoffset().total_seconds() == 0
    assert clock.monotonic() <= clock.monotonic()
