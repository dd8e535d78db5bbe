"""Files come, change and go; the database follows."""

from __future__ import annotations

import zipfile
from pathlib import Path

import sqlalchemy as sa
from tests.integration.dag_processor.world import Running, World, dag_text

from tradewind.domain.access import Access
from tradewind.domain.messages.wake import Wake
from tradewind.runtime import wakeups
from tradewind.store.queries import file_warnings, import_errors, parse_requests, pools, roles
from tradewind.store.tables import assets as tables
from tradewind.store.tables.dags import dag as dag_table


def test_a_new_file_an_edit_and_a_deletion(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def story(at: Running) -> None:
        path = world.write("a.py", dag_text("a"))
        await at.until(lambda: world.live() == ["a"], "the new DAG")
        first = world.dag("a")
        assert first.is_paused
        assert first.tags == ("t",)
        assert first.next_dagrun_run_after is not None
        path.write_text(dag_text("a", task="two"))
        await at.until(lambda: world.versions("a") == 2, "a second version")
        path.unlink()
        await at.until(lambda: world.live() == [], "the DAG to become stale")
        assert world.dag("a").is_stale
        path.write_text(dag_text("a", task="two"))
        await at.until(lambda: world.live() == ["a"], "the DAG to come back")
        assert world.versions("a") == 2

    world.run(story)


def test_a_comment_makes_no_version(tmp_path: Path) -> None:
    world = World(tmp_path)
    path = world.write("a.py", dag_text("a"))

    async def story(at: Running) -> None:
        await at.until(lambda: world.live() == ["a"], "the DAG")
        reads = len(world.events)
        path.write_text(dag_text("a") + "\n# nothing new\n")
        await at.until(lambda: len(world.events) > reads, "the file to be read again")
        assert world.versions("a") == 1

    world.run(story)


def test_the_last_good_version_stays_live(tmp_path: Path) -> None:
    world = World(tmp_path)
    path = world.write("a.py", dag_text("a"))

    async def story(at: Running) -> None:
        await at.until(lambda: world.live() == ["a"], "the DAG")
        good = world.dag("a").version_hash
        path.write_text(dag_text("a") + "\nboom(\n")
        await at.until(lambda: "a.py" in world.broken(), "the import error")
        assert world.live() == ["a"]
        assert world.dag("a").version_hash == good
        assert world.dag("a").has_import_errors
        path.write_text(dag_text("a"))
        await at.until(lambda: not world.broken(), "the error to go")
        assert not world.dag("a").has_import_errors

    world.run(story)


def test_what_a_file_grants_follows_the_file(tmp_path: Path) -> None:
    """access_control of 1.10 and 2.x, and of today."""
    world = World(tmp_path)

    def text(granted: str) -> str:
        return dag_text("a").replace('tags=["t"]', f'tags=["t"], access_control={granted}')

    def permissions() -> dict[str, set[tuple[str, str]]]:
        with world.database.read() as tx:
            return roles.permissions(tx)

    async def story(at: Running) -> None:
        path = world.write("a.py", text('{"analyst": {"can_read", "can_edit"}}'))
        both = {("can_read", "DAG:a"), ("can_edit", "DAG:a")}
        await at.until(lambda: permissions() == {"analyst": both}, "what it grants")
        path.write_text(text('{"ops": {"DAGs": ["can_read"], "DAG Runs": ["can_create"]}}'))
        now = {("can_read", "DAG:a"), ("can_create", "DAG Run:a")}
        await at.until(lambda: permissions() == {"ops": now}, "what it grants now")
        path.write_text(text('{"ops": {"can_fly"}}'))
        await at.until(lambda: "can_fly" in world.broken().get("a.py", ""), "the error")
        assert permissions() == {"ops": now}
        path.write_text(dag_text("a"))
        await at.until(lambda: permissions() == {}, "that it grants nothing")

    world.run(story)


def test_an_import_error_is_for_those_who_may_read_the_files_dags(tmp_path: Path) -> None:
    world = World(tmp_path)
    path = world.write("two.py", dag_text("mine") + dag_text("theirs"))

    async def story(at: Running) -> None:
        await at.until(lambda: world.live() == ["mine", "theirs"], "both DAGs")
        path.write_text(dag_text("mine") + "\nboom(\n")
        await at.until(lambda: "two.py" in world.broken(), "the import error")
        for dag_ids, shown in (({"mine", "theirs"}, True), ({"mine"}, False)):
            with world.database.read() as tx:
                (found,) = import_errors.page(tx, access=Access(dag_ids=frozenset(dag_ids)))
            assert ("boom" in found.stacktrace) is shown
        with world.database.read() as tx:
            assert import_errors.page(tx, access=Access(dag_ids=frozenset({"other"}))) == []

    world.run(story)


def test_a_module_that_changes_brings_its_dependants(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.write("helper_of_dags.py", "TASK = 'one'\n")
    text = dag_text("a").replace("task_id='one'", "task_id=helper_of_dags.TASK")
    world.write("a.py", "import helper_of_dags\n" + text)

    async def story(at: Running) -> None:
        await at.until(lambda: world.live() == ["a"], "the DAG")
        world.write("helper_of_dags.py", "TASK = 'two'\n")
        await at.until(lambda: world.versions("a") == 2, "the dependant to be read again")

    world.run(story)


def test_a_missing_module_heals_when_it_comes(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.write("a.py", "import module_to_come\n" + dag_text("a"))

    async def story(at: Running) -> None:
        await at.until(lambda: "a.py" in world.broken(), "the import error")
        world.write("module_to_come.py", "X = 1\n")
        await at.until(lambda: world.live() == ["a"] and not world.broken(), "the file to heal")

    world.run(story)


def test_archives_folders_links_and_ignored_files(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.write("deep/er/a.py", dag_text("deep"))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "linked.py").write_text(dag_text("linked"))
    (world.folder / "link").symlink_to(elsewhere)
    (elsewhere / "circle").symlink_to(world.folder)
    with zipfile.ZipFile(world.folder / "packed.zip", "w") as archive:
        archive.writestr("packed_dag.py", dag_text("packed"))
    world.write("plain.py", "print('no such word here')\n")
    world.write(".airflowignore", "ignored_*\nold/\n")
    world.write("ignored_a.py", dag_text("ignored"))
    world.write("old/b.py", dag_text("old"))
    world.write("deep/.airflowignore", "private.py\n")
    world.write("deep/private.py", dag_text("private"))

    async def story(at: Running) -> None:
        await at.until(lambda: world.live() == ["deep", "linked", "packed"], "three DAGs, each once")
        assert world.broken() == {}

    world.run(story)


def test_two_files_with_one_dag_id(tmp_path: Path) -> None:
    world = World(tmp_path)
    first = world.write("first.py", dag_text("same"))

    async def story(at: Running) -> None:
        await at.until(lambda: world.live() == ["same"], "the DAG")
        second = world.write("second.py", dag_text("same", task="two"))
        await at.until(lambda: "second.py" in world.broken(), "the clash")
        said = world.broken()["second.py"]
        assert str(first) in said
        assert str(second) in said
        assert world.dag("same").fileloc == str(first)
        assert not world.dag("same").has_import_errors
        first.unlink()
        await at.until(lambda: world.dag("same").fileloc == str(second) and not world.broken(), "the heir")

    world.run(story)


def test_rows_deleted_by_hand_come_back(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("tradewind.dag_processor.service._COMPARE", 0.2)
    world = World(tmp_path)
    world.write("a.py", dag_text("a"))

    async def story(at: Running) -> None:
        await at.until(lambda: world.live() == ["a"], "the DAG")
        with world.database.write() as tx:
            tx.run(sa.delete(dag_table))
        await at.until(lambda: world.live() == ["a"], "the row to come back")

    world.run(story)


def test_files_that_vanished_while_nobody_looked(tmp_path: Path) -> None:
    world = World(tmp_path)
    path = world.write("a.py", dag_text("a"))
    world.write("b.py", "from airflow import DAG\nboom(\n")

    async def first(at: Running) -> None:
        await at.until(lambda: world.live() == ["a"] and world.broken(), "DAG and error")

    world.run(first)
    path.unlink()
    (world.folder / "b.py").unlink()

    async def second(at: Running) -> None:
        await at.until(lambda: world.live() == [] and not world.broken(), "both to be forgotten")

    World(tmp_path).run(second)


NO_DAG = (
    "from airflow.operators.empty import EmptyOperator  # no dag\nlonely = EmptyOperator(task_id='lonely')\n"
)


def test_warnings_of_files_without_a_dag(tmp_path: Path) -> None:
    world = World(tmp_path)
    first, second = world.write("a.py", NO_DAG), world.write("b.py", NO_DAG)

    def told() -> list[str]:
        with world.database.read() as tx:
            return [Path(file).name for file, text in file_warnings.by_file(tx) if "'lonely'" in text]

    async def watched(at: Running) -> None:
        await at.until(lambda: told() == ["a.py", "b.py"], "warnings of both")
        second.unlink()
        await at.until(lambda: told() == ["a.py"], "those of the file that is there")

    world.run(watched)
    first.unlink()

    async def later(at: Running) -> None:
        await at.until(lambda: told() == [], "none")

    World(tmp_path).run(later)


def test_a_file_that_looks_at_the_clock_makes_no_versions(tmp_path: Path) -> None:
    world = World(tmp_path)
    text = dag_text("a").replace('bash_command="true"', 'bash_command=f"echo {datetime.now().isoformat()}"')
    path = world.write("a.py", text)

    async def story(at: Running) -> None:
        await at.until(lambda: world.live() == ["a"], "the DAG")
        for number in range(2):
            reads = len(world.events)
            path.write_text(f"{text}\n# {number}\n")
            await at.until(lambda reads=reads: len(world.events) > reads, "the file to be read again")
        assert world.versions("a") == 1

    world.run(story)


def test_variables_are_answered_while_a_file_is_imported(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.variables["who"] = "someone"
    text = dag_text("a").replace("task_id='one'", "task_id=Variable.get('who')")
    world.write("a.py", "from airflow.models import Variable\n" + text)

    async def story(at: Running) -> None:
        await at.until(lambda: world.live() == ["a"] or world.broken(), "an answer")
        assert world.broken() == {}

    world.run(story)


ASSETS = """
from airflow.sdk import DAG, Asset
from airflow.operators.bash import BashOperator

with DAG("{dag_id}", schedule=Asset(name="in", uri="s3://in")):
    BashOperator(task_id="t", bash_command="true", outlets=[Asset(name="{name}", uri="{uri}")])
"""


def test_mentions_of_assets_follow_the_file(tmp_path: Path) -> None:
    world = World(tmp_path)

    def outlets() -> list[str]:
        with world.database.read() as tx:
            asset, table = tables.asset, tables.task_outlet_asset_reference
            rows = tx.rows(sa.select(asset.c.uri).join_from(table, asset, table.c.asset_id == asset.c.id))
        return [row[0] for row in rows]

    async def story(at: Running) -> None:
        path = world.write("a.py", ASSETS.format(dag_id="a", name="out", uri="s3://one"))
        await at.until(lambda: outlets() == ["s3://one/"], "the mention")
        path.write_text(ASSETS.format(dag_id="a", name="out", uri="s3://two"))
        await at.until(lambda: outlets() == ["s3://two/"], "the other mention")

    world.run(story)


def test_one_name_for_two_assets_is_an_import_error(tmp_path: Path) -> None:
    """Bad input: an asset name clash names both uris and the other DAG."""
    world = World(tmp_path)

    async def story(at: Running) -> None:
        world.write("a.py", ASSETS.format(dag_id="a", name="out", uri="s3://one"))
        await at.until(lambda: world.live() == ["a"], "the first DAG")
        path = world.write("b.py", ASSETS.format(dag_id="b", name="out", uri="s3://two"))
        await at.until(lambda: "b.py" in world.broken(), "the import error")
        told = world.broken()["b.py"]
        assert "asset name 'out' stands for two uris: 's3://two/' here and 's3://one/' in DAG 'a'" in told
        path.write_text(ASSETS.format(dag_id="b", name="other", uri="s3://two"))
        await at.until(lambda: world.live() == ["a", "b"], "the second DAG")

    world.run(story)


def test_allowed_run_types_are_stored_as_the_api_reads_them(tmp_path: Path) -> None:
    """§1.1 allowed_run_types: a JSON list, not words with commas."""
    world = World(tmp_path)
    world.write("a.py", dag_text("a").replace('tags=["t"]', 'allowed_run_types=["manual", "scheduled"]'))

    async def story(at: Running) -> None:
        await at.until(lambda: world.live() == ["a"], "the new DAG")
        with world.database.read() as tx:
            assert tx.value(sa.select(dag_table.c.allowed_run_types)) == '["manual", "scheduled"]'

    world.run(story)


def test_a_file_that_somebody_asks_for_is_read_at_once(tmp_path: Path) -> None:
    """Though nothing changed, and is written anew though it gives the same."""
    world = World(tmp_path)
    world.write("sub/a.py", dag_text("a"))

    async def story(at: Running) -> None:
        await at.until(lambda: world.live() == ["a"], "the DAG")
        before = world.dag("a").last_parsed_time
        with world.database.write() as tx:
            for path in ("sub/a.py", "sub/a.py", "gone.py"):
                parse_requests.add(tx, "dags-folder", path)
            parse_requests.add(tx, "no-such-bundle", "a.py")
        wakeups.send(world.run_dir, Wake(kind="parse"))
        await at.until(
            lambda: world.dag("a").last_parsed_time > before, "the file to be read again", within=4
        )
        with world.database.read() as tx:
            assert not parse_requests.waiting(tx, ["dags-folder"])
            assert parse_requests.waiting(tx, ["no-such-bundle"]), "another processor may have that bundle"

    world.run(story)


def test_a_pool_that_is_not_there_is_a_warning_until_it_is(tmp_path: Path) -> None:
    """§1.18 Under Airflow's word for it; a pool that is made ends it at once, an edit of the file too."""
    world = World(tmp_path)
    text = dag_text("a").replace('bash_command="true"', 'bash_command="true", pool="away"')
    path = world.write("a.py", text)

    def told() -> list[tuple[str, str]]:
        with world.database.read() as tx:
            rows = tx.rows(sa.text("select dag_id, warning_type, message from dag_warning"))
        return [(row[0], row[2]) for row in rows if row[1] == "non-existent pool"]

    def make_pool(name: str) -> None:
        with world.database.write() as tx:
            pools.set_pool(tx, name, slots=1, description=None)

    warned = [("a", "Dag 'a' references non-existent pools: ['away']")]

    async def watched(at: Running) -> None:
        await at.until(lambda: told() == warned, "the warning")
        make_pool("elsewhere")
        assert told() == warned
        make_pool("away")
        assert told() == []
        path.write_text(text.replace("away", "afar"))
        await at.until(lambda: told() != [], "another one")
        path.write_text(dag_text("a"))
        await at.until(lambda: told() == [], "none")

    world.run(watched)
