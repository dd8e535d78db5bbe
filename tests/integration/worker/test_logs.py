"""A try's log: complete, in order, readable, without secrets."""

from __future__ import annotations

import os
import signal

import pytest
from tests.integration.worker.test_faults import pid_in
from tests.integration.worker.test_outcomes import HEAD
from tests.integration.worker.world import World, events

from tradewind.client import logs
from tradewind.domain.events import Failed, Succeeded

TALKER = (
    HEAD
    + """
import logging, pathlib, subprocess, sys
from tradewind.telemetry.masking import MASKER
def mixed():
    for number in range(20):
        print("python", number)
        subprocess.run(["echo", f"shell {number}"], check=True)
        logging.getLogger("mine").warning("logged %s", number)
        os.write(1, b"raw %d\\n" % number)
    print("to the error stream", file=sys.stderr)
    sys.stdout.write("no end of line")
def killed():
    for number in range(1000):
        print("line", number)
        if number % 100 == 0:
            subprocess.run(["echo", f"shell {number}"])
    os.write(1, b"the very last line\\n")
    pathlib.Path(__file__).with_name("up").write_text(str(os.getpid()))
    time.sleep(600)
def killed_in_a_line():
    for number in range(3):
        print("step", number, end=" ", flush=True)
    os.kill(os.getpid(), 9)
def huge():
    many = "head -c 100000000 /dev/zero | tr '\\\\0' 'x' | fold -w 99"
    subprocess.run(["sh", "-c", many + "; echo; echo the end"])
def huge_print():
    print("y" * 5_000_000)
    print("after")
def binary():
    os.write(1, b"nul \\0 bad \\xff\\xfe escape \\x1b[31m red\\n")
    print("emoji \\U0001f600 and lone \\udcff")
    sys.stdout.buffer.write(b"bytes\\n")
def secret():
    MASKER.add("first-secret")
    print("print first-secret")
    logging.info("log first-secret")
    subprocess.run(["echo", "shell first-secret"])
    MASKER.add({"password": "second-secret"}, "x")
    subprocess.run(["sh", "-c", "printf 'shell second-'; sleep 0.1; echo secret"])
    raise ValueError("failed with second-secret and Zmlyc3Qtc2VjcmV0")
def shell_then_end():
    os.system("echo from the shell")
def shell_then_failure():
    os.system("echo from the shell")
    raise ValueError("no")
def background():
    subprocess.Popen(["sh", "-c", "sleep 0.2; echo late"]).wait()
with DAG("d", schedule=None):
    for function in (mixed, killed, killed_in_a_line, huge, huge_print, binary, secret, background,
                     shell_then_end, shell_then_failure):
        do(function.__name__, function)
"""
)


def test_lines_stand_in_the_order_in_which_they_were_written(world: World) -> None:
    report, log = world.do(world.write("d.py", TALKER), "mixed")
    assert report.outcome == Succeeded()
    wanted = []
    for number in range(20):
        wanted += [f"python {number}", f"shell {number}", f"logged {number}", f"raw {number}"]
    lines = events(log)
    start = lines.index("python 0")
    assert lines[start : start + len(wanted)] == wanted
    assert "to the error stream" in lines
    assert lines[-2:] == ["no end of line", "Task ended: success"]
    levels = {line["event"]: (line["level"], line["logger"]) for line in log}
    assert levels["logged 3"] == ("warning", "mine")
    assert levels["python 3"] == ("info", "task.stdout")
    assert levels["shell 3"] == ("info", "task.output")
    assert levels["to the error stream"] == ("error", "task.stderr")


@pytest.mark.chaos
def test_nothing_is_missing_when_the_task_is_killed(world: World) -> None:
    assignment = world.assignment(world.write("d.py", TALKER), "killed")
    world.send(assignment)
    os.kill(pid_in(world), signal.SIGKILL)
    assert isinstance(world.peer.finished(assignment).outcome, Failed)
    lines = events(world.log(assignment))
    assert [line for line in lines if line.startswith("line ")] == [f"line {n}" for n in range(1000)]
    assert [line for line in lines if line.startswith("shell ")] == [
        f"shell {n}" for n in range(0, 1000, 100)
    ]
    assert "the very last line" in lines
    assert "SIGKILL" in lines[-1]


def test_a_line_without_an_end_is_there_when_the_task_is_killed(world: World) -> None:
    _, log = world.do(world.write("d.py", TALKER), "killed_in_a_line")
    *_, line, last = events(log)
    assert line == "step 0 step 1 step 2 "
    assert "SIGKILL" in last


def test_a_hundred_megabytes(world: World) -> None:
    assignment = world.assignment(world.write("d.py", TALKER), "huge")
    world.send(assignment)
    assert world.peer.finished(assignment, patience=60).outcome == Succeeded()
    path = world.logs / assignment.log_path
    with path.open("rb") as file:
        size = sum(line.count(b"x") for line in file if b'"task.output"' in line)
    tail = path.read_bytes()[-4000:]
    assert size >= 100_000_000
    assert b"the end" in tail
    path.unlink()


def test_a_line_of_five_megabytes_is_written_in_pieces(world: World) -> None:
    report, log = world.do(world.write("d.py", TALKER), "huge_print")
    assert report.outcome == Succeeded()
    assert sum(line["event"].count("y") for line in log if line["logger"] == "task.stdout") == 5_000_000
    assert max(len(line["event"]) for line in log) <= logs.LONGEST_TEXT
    assert "after" in events(log)


def test_what_is_no_text_becomes_text(world: World) -> None:
    report, log = world.do(world.write("d.py", TALKER), "binary")
    assert report.outcome == Succeeded()
    lines = events(log)
    assert "nul \\x00 bad \\xff\\xfe escape \x1b[31m red" in lines
    assert "emoji \U0001f600 and lone \\udcff" in lines
    assert "bytes" in lines


def test_no_secret_reaches_the_file(world: World) -> None:
    assignment = world.assignment(world.write("d.py", TALKER), "secret")
    world.send(assignment)
    report = world.peer.finished(assignment)
    content = (world.logs / assignment.log_path).read_text()
    for secret in ("first-secret", "second-secret", "Zmlyc3Qtc2VjcmV0"):
        assert secret not in content
        assert secret not in str(report.outcome)
    lines = events(world.log(assignment))
    for line in ("print ***", "log ***", "shell ***"):
        assert line in lines


def test_the_line_that_tells_the_end_is_the_last(world: World) -> None:
    for name in ("shell_then_end", "shell_then_failure"):
        _, log = world.do(world.write("d.py", TALKER), name)
        *before, last = events(log)
        assert last.startswith("Task ended: ") and "from the shell" in before


def test_late_output_of_a_waited_for_subprocess_is_there(world: World) -> None:
    _, log = world.do(world.write("d.py", TALKER), "background")
    assert "late" in events(log)


def test_for_people(world: World) -> None:
    assignment = world.assignment(world.write("d.py", TALKER), "secret")
    world.send(assignment)
    world.peer.finished(assignment)
    text = logs.render_file(world.logs / assignment.log_path)
    assert "] INFO - print ***" in text
    assert "] ERROR - Task ended: failed: ValueError" in text
    assert "Traceback (most recent call last)" in text
