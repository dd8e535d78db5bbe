"""A process that is killed while it writes leaves a database that is whole."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import sqlalchemy as sa

from tradewind.store import migrations
from tradewind.store.database import Database
from tradewind.store.tables.settings import setting

_WRITER = """
import sys
from datetime import UTC, datetime
import sqlalchemy as sa
from tradewind.store.database import Database
from tradewind.store.tables.settings import setting
db = Database(sys.argv[1])
now = datetime.now(UTC)
number = 0
while True:
    with db.write() as tx:
        # Two rows that must always be there together.
        for half in ("a", "b"):
            name = f"{sys.argv[2]}-{number}-{half}"
            tx.run(sa.insert(setting).values(name=name, value="x" * 3000, created_at=now))
    number += 1
    print(number, flush=True)
"""


def test_kill_9_while_writing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    database = Database(url)
    migrations.migrate(database)
    dice = random.Random(3)
    for round_ in range(3):
        acknowledged = _write_until_killed(url, str(round_), dice)
        _check(database, tmp_path, str(round_), acknowledged)
    database.close()


def _write_until_killed(url: str, name: str, dice: random.Random) -> int:
    """Kill the writer at a random moment after its first commit; how many commits it had told of."""
    process = subprocess.Popen([sys.executable, "-c", _WRITER, url, name], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "1"
    time.sleep(dice.uniform(0.01, 0.1))
    os.kill(process.pid, signal.SIGKILL)
    told = [line for line in process.stdout.read().splitlines() if line.strip()]
    process.stdout.close()
    assert process.wait(10) == -signal.SIGKILL
    return int(told[-1]) if told else 1


def _check(database: Database, folder: Path, name: str, acknowledged: int) -> None:
    with database.write() as tx:
        names = {
            row[0] for row in tx.rows(sa.select(setting.c.name).where(setting.c.name.startswith(f"{name}-")))
        }
    whole = {one[:-2] for one in names}
    assert len(names) == 2 * len(whole), "no half of a transaction"
    assert len(whole) >= acknowledged, "nothing that was committed is gone"
    connection = sqlite3.connect(folder / "a.db")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


_OUTSIDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
row = ("n", "outside", "2026-01-01 00:00:00")
connection.execute("INSERT INTO setting (name, value, created_at) VALUES (?, ?, ?)", row)
connection.commit()
connection.close()
"""


def test_the_last_other_process_that_closes_takes_nothing_away(tmp_path: Path) -> None:
    """SQLite's last closer deletes the log. It must see that we are there, whatever we opened before."""
    database = Database(f"sqlite:///{tmp_path}/a.db")
    migrations.migrate(database)
    database.close()
    with database.read():
        pass  # a reader is open, then a writer joins it
    with database.write() as tx:
        tx.run(sa.delete(setting).where(setting.c.name == "n"))
    subprocess.run([sys.executable, "-c", _OUTSIDER, str(tmp_path / "a.db")], check=True)
    assert (tmp_path / "a.db-wal").exists()
    with database.write() as tx:
        tx.run(sa.update(setting).where(setting.c.name == "n").values(value="ours"))
    with sqlite3.connect(tmp_path / "a.db") as seen:
        assert seen.execute("SELECT value FROM setting WHERE name = 'n'").fetchall() == [("ours",)]
    seen.close()
    database.close()
