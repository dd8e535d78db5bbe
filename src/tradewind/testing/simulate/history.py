"""What was seen, and what must be true of it whatever went wrong.

The numbers of the invariants: I1 runs are unique and all due ones are there; I2 tries never go back, ends
are left only where somebody says so; I3 only the current attempt is handed out and counts; I4 nothing starts
before its rule is satisfied by committed states; I5 no limit is ever exceeded; I6 nothing stays unfinished;
I9 each callback is recorded once and run; I10 the ends are those of a world without faults; I11 a task that
asked a person is told what is recorded as the answer; I12 a try ends as its host or its trigger said.
Of limits, assets and backfills (I5, I13 to I15) there are judges of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from tradewind.domain import codec
from tradewind.domain.messages.assignment import Assignment
from tradewind.domain.spec import DagSpec
from tradewind.store.database import Database
from tradewind.testing.simulate import ends
from tradewind.testing.simulate.asset_rules import AssetRules
from tradewind.testing.simulate.backfill_rules import BackfillRules
from tradewind.testing.simulate.ends import Ends, RunKey
from tradewind.testing.simulate.limit_rules import LimitRules
from tradewind.testing.simulate.rows import Committed, Row
from tradewind.testing.simulate.rules import ENDED, Broken, is_passed_by, is_recorded, may_run
from tradewind.testing.simulate.shapes import Shape
from tradewind.testing.simulate.structure import Structure
from tradewind.testing.simulate.witness import InstanceKey, Witness

ACTIVE = ("queued", "running")


class History:
    """Looks at the committed rows through a connection of its own, after each thing the scheduler did."""

    def __init__(self, database: Database, shapes: Sequence[Shape]) -> None:
        self.shapes = {shape.spec.dag_id: shape for shape in shapes}
        self._versions = {_digest(shape.spec): Structure(shape.spec) for shape in shapes}
        self._tasks = {
            (shape.spec.dag_id, task.task_id): task for shape in shapes for task in shape.spec.tasks
        }
        self._committed = Committed(str(database.url.database))
        self._all = self._committed.all
        self._rows: dict[InstanceKey, Row] = {}
        self._runs: dict[RunKey, str] = {}
        self._replaced: set[str] = set()
        self._ends: Counter[RunKey] = Counter()
        """How often each run was seen to end by itself."""
        self._called: dict[RunKey, set[str]] = {}
        self._touched, self._cancelled = set[RunKey](), set[RunKey]()
        self._deleted_due: Counter[str] = Counter()
        self._limits = LimitRules(self._committed.connection)
        self.assets = AssetRules(self._committed.connection, shapes)
        self.backfills = BackfillRules(self._committed.connection)
        self.witness = Witness()
        self.deterministic = True
        """Whether nobody did anything that changes how things end."""
        self.handed_out = 0
        self.accept()

    # --- while it happens -------------------------------------------------------------------------

    def look(self) -> None:
        """Compare with what was seen last."""
        if not self._committed.news():
            return
        before, runs = self._rows, self._runs
        self._rows, self._runs = self._committed.read()
        for key, row in self._rows.items():
            last = before.get(key)
            if last is not None and last != row:
                self._check_step(last, row)
        for run, state in self._runs.items():
            if state not in ACTIVE and runs.get(run, "queued") in ACTIVE:
                self._ends[run] += 1
        self._limits.check(self._rows.values(), self._runs, self.shapes, self._tasks)
        self.assets.look()
        self.backfills.look()

    def taken(self, assignment: Assignment) -> None:
        """A host was handed this dispatch: what was sent must have been committed before."""
        self.handed_out += 1
        self.look()
        run = (assignment.run.dag_id, assignment.run.run_id)
        if assignment.kind == "callback":
            if not self.witness.calls(assignment):
                self._called.setdefault(run, set()).add(assignment.attempt_id)
            return
        self._check_answer(assignment)
        if self.witness.misled(assignment):
            raise Broken(
                f"I12: {assignment.task_id} goes on with {assignment.next_method}, its trigger broke"
            )
        row = self._rows.get((*run, assignment.task_id, assignment.map_index))
        if row is None or row.id != assignment.attempt_id or row.dispatch < assignment.dispatch:
            if row is not None and not self._committed.archived(assignment.attempt_id):
                raise Broken(
                    f"I3: {assignment.task_id} was handed out as {assignment.attempt_id}, not committed"
                )
        elif row.state == "queued" and run not in self._touched:
            self._check_rule(assignment)

    def _check_step(self, before: Row, row: Row) -> None:
        if row.id != before.id:
            self._replaced.add(before.id)
        if row.id in self._replaced:
            raise Broken(f"I3: {row.key} went back to an older attempt {row.id}")
        if row.try_number < before.try_number:
            raise Broken(f"I2: the try number of {row.key} went from {before.try_number} to {row.try_number}")
        # Where somebody cleared or edited, lengths and versions change: rows go, and come back.
        remapped = "removed" in (before.state, row.state) and row.run in self._touched
        if before.state in ENDED and row.state != before.state and not remapped:
            raise Broken(f"I2: {row.key} left its end {before.state} for {row.state}")

    def _check_rule(self, assignment: Assignment) -> None:
        run = (assignment.run.dag_id, assignment.run.run_id)
        rows = [row for row in self._rows.values() if row.run == run]
        structure = self._versions[assignment.version]
        if structure.tasks[assignment.task_id].start_trigger and assignment.next_method is None:
            raise Broken(f"I4: {assignment.task_id} was handed out, it starts from its trigger")
        for branch in rows:
            if assignment.task_id in self.witness.skips(branch) and is_passed_by(
                structure, assignment.task_id, assignment.path, branch
            ):
                raise Broken(f"I4: {assignment.task_id} was handed out, {branch.key} passed it by")
        if not may_run(structure, assignment.task_id, assignment.path, rows):
            states = Counter((row.task_id, row.state) for row in rows)
            raise Broken(f"I4: {assignment.task_id}{assignment.path} was handed out after {dict(states)}")

    def _check_answer(self, assignment: Assignment) -> None:
        of = "select responded_by, responded_at, dispatch from hitl_detail where ti_id = ?"
        for row in self._all(of, assignment.attempt_id):
            if not is_recorded(assignment, *row):
                raise Broken(
                    f"I11: {assignment.task_id} was told {assignment.next_kwargs}, recorded is {row}"
                )

    # --- what people did --------------------------------------------------------------------------

    def shape(self, assignment: Assignment) -> Shape:
        """The DAG that an assignment is of."""
        return self.shapes[assignment.run.dag_id]

    def runs_of(self, dag_id: str) -> list[str]:
        """The ids of the DAG's runs."""
        return [run_id for of, run_id in self._runs if of == dag_id]

    def touched(self, run: RunKey) -> None:
        """Somebody cleared or marked in that run."""
        self._touched.add(run)
        self.deterministic = False

    def edited(self, shape: Shape) -> None:
        """Another version of the DAG was saved."""
        spec = shape.spec
        self.shapes[spec.dag_id] = shape
        self._versions[_digest(spec)] = Structure(spec)
        self._tasks.update({(spec.dag_id, task.task_id): task for task in spec.tasks})
        self._touched.update(run for run in self._runs if run[0] == spec.dag_id)
        self.deterministic = False

    def cancelled(self, runs: Iterable[RunKey]) -> None:
        """Somebody cancelled a backfill: these runs have failed, and never start."""
        self._cancelled.update(runs)
        self.deterministic = False

    def calls(self, of: Assignment | Row) -> bool:
        """Whether the task has callbacks for when it ends well."""
        dag_id = of.dag_id if isinstance(of, Row) else of.run.dag_id
        return "success" in self._tasks[dag_id, of.task_id].callbacks

    def outlets(self, assignment: Assignment) -> tuple[dict[str, Any], ...]:
        """The assets that a task updates when it ends well."""
        return self._tasks[assignment.run.dag_id, assignment.task_id].outlets

    def deleted(self, run: RunKey, *, scheduled: bool, backfill: int | None) -> None:
        """Somebody deleted that run."""
        self._deleted_due[run[0]] += scheduled
        self.backfills.deleted(backfill)
        self._ends.pop(run, None)
        self._called.pop(run, None)
        self.deterministic = False

    def accept(self) -> None:
        """Take what is there now as it is: people may change what nothing else may."""
        self._rows, self._runs = self._committed.read()
        self._limits.accept()

    def has_lease(self, owner: str) -> bool:
        """Whether that scheduler is still entered."""
        return bool(self._all("select 1 from scheduler_lease where owner = ?", owner))

    # --- at the end -------------------------------------------------------------------------------

    def ended(self) -> bool:
        """Whether every run has ended, every due one was made and every callback was run."""
        if self._committed.news():
            self._rows, self._runs = self._committed.read()
        if any(state in ACTIVE for state in self._runs.values()):
            return False
        due = all(self._scheduled(dag_id) >= self._due(dag_id) for dag_id in self.shapes)
        waiting = self.assets.due() or self.backfills.unfinished()
        return due and not waiting and not self._all("select 1 from callback limit 1")

    def check_end(self) -> None:
        """What must be true when everything has come to rest."""
        self._rows, self._runs = self._committed.read()
        for row in self._rows.values():
            if row.state not in ENDED and row.run not in self._cancelled:
                raise Broken(f"I6: {row.key} stayed {row.state or 'without a state'}")
        if unended := [run for run, state in self._runs.items() if state in ACTIVE]:
            raise Broken(f"I6: runs never ended: {unended}")
        for dag_id in self.shapes:
            if self._scheduled(dag_id) != self._due(dag_id):
                raise Broken(
                    f"I1: {dag_id} has {self._scheduled(dag_id)} scheduled runs, due are {self._due(dag_id)}"
                )
        self._check_ends()
        self._check_assets()
        self.backfills.check_end()
        if waiting := self._all("select id, dag_id, run_id from callback"):
            raise Broken(f"I6: callbacks were never run to their end: {waiting}")
        for run in self._runs:
            if len(self._called.get(run, ())) != self._ends[run]:
                raise Broken(
                    f"I9: {run} ended {self._ends[run]} times, its callbacks: {self._called.get(run)}"
                )

    def _check_ends(self) -> None:
        """Nobody invents how a try ended. What was lost too often has failed rightly."""
        excused = {row[0] for row in self._all("select id from task_instance where reason like 'lost:%'")}
        rows = [
            row
            for row in self._rows.values()
            if row.run not in self._touched
            and row.id not in excused
            and not self._tasks[row.dag_id, row.task_id].is_empty
        ]
        if differing := self.witness.differing(rows):
            raise Broken(f"I12: {differing} ended otherwise than was said of them")
        if uncalled := self.witness.uncalled(row for row in rows if self.calls(row)):
            raise Broken(f"I9: callbacks of {uncalled} were not called when they had ended well")

    def _check_assets(self) -> None:
        rows = [
            (row, self._tasks[row.dag_id, row.task_id], row.run not in self._touched)
            for row in self._rows.values()
        ]
        self.assets.check_end(rows, self._versions.values(), self.witness)

    def compare(self, quiet: Ends) -> str:
        """How the ends differ from those of a world without faults; nothing where they do not.

        A task that was lost more often than it may be has failed rightly, and all behind it with it.
        """
        if self._all("select 1 from task_instance where state = 'failed' and reason like 'lost:%' limit 1"):
            return ""
        structures = {structure.spec.dag_id: structure for structure in self._versions.values()}
        differing = ends.differing(self.ends(), quiet, structures)
        return f"I10: ends differ from those without faults (here, there): {differing}" if differing else ""

    def ends(self) -> Ends:
        """The state of each task instance and, under an empty task id, of each run."""
        rows = {
            (*row.run, row.task_id, row.place): row
            for row in self._rows.values()
            if not _is_of_assets(row.run)
        }
        found: Ends = {key: row.state for key, row in rows.items()}
        found.update({(*run, "", ()): state for run, state in self._runs.items() if not _is_of_assets(run)})
        return ends.gathered(found, [key for key, row in rows.items() if row.try_number == 0])

    def _due(self, dag_id: str) -> int:
        return due_runs(self.shapes[dag_id].spec) - self._deleted_due[dag_id]

    def _scheduled(self, dag_id: str) -> int:
        return sum(run[0] == dag_id and run[1].startswith("scheduled__") for run in self._runs)

    def close(self) -> None:
        """Close the connection."""
        self._committed.close()


def _digest(spec: DagSpec) -> str:
    return codec.digest(codec.encode(spec))


def _is_of_assets(run: RunKey) -> bool:
    """How many runs updates make depends on when they come."""
    return run[1].startswith("asset_triggered__")


def due_runs(spec: DagSpec) -> int:
    """How many scheduled runs the DAG's timetable asks for: one for each two minutes up to its end date."""
    if spec.end_date is None or spec.start_date is None:
        return 0
    return int((spec.end_date - spec.start_date).total_seconds() // 120) + 1
