"""Operators that ask a person, run by the kit with the scheduler's rules (features §1.8)."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from airflow.providers.standard.exceptions import HITLRejectException, HITLTimeoutError
from airflow.providers.standard.operators.hitl import (
    ApprovalOperator,
    HITLBranchOperator,
    HITLEntryOperator,
    HITLOperator,
)
from airflow.providers.standard.triggers.hitl import HITLTrigger
from airflow.sdk import DAG, BaseNotifier, BaseOperator, Param, task
from airflow.sdk.exceptions import TaskAwaitingInput
from airflow.sdk.execution_time.hitl import (
    HITLUser,
    get_hitl_detail_content_detail,
    update_hitl_detail_response,
    upsert_hitl_detail,
)

from tradewind.domain.errors import AirflowException, InvalidValue
from tradewind.testing import kit

START = datetime(2024, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def asks(**arguments: Any) -> HITLOperator:
    return HITLOperator(**{"task_id": "ask", "subject": "Which?", "options": ["a", "b"], **arguments})


def run(make: Callable[[], Any], **options: Any) -> kit.DagOutcome:
    """A run of a DAG that ``make`` fills."""
    with DAG("d", start_date=START, params={"of_dag": 1}) as dag:
        make()
    return kit.run_dag(dag, **options)


def test_the_result_is_the_answer() -> None:
    form = {"n": Param(1, type="integer", description="how many"), "text": "-"}
    answer = {"chosen_options": "b", "params_input": {"n": 5}, "by": "ann"}
    outcome = run(lambda: asks(params=form), answers={"ask": answer}, clock=kit.FakeTime(START))
    value = outcome.values["ask"]
    assert outcome.xcom("ask")["responded_at"] == START
    assert (value["chosen_options"], value["params_input"]) == (["b"], {"n": 5, "text": "-"})
    assert value["responded_by_user"] == {"id": "ann", "name": "ann"}
    assert outcome.tries == {"ask": 1}


def test_subject_and_body_are_templates_and_notifiers_are_told() -> None:
    seen: list[Any] = []

    class Tells(BaseNotifier):
        template_fields = ("text",)

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

        def notify(self, context: Any) -> None:
            mine = context["task"]
            link = HITLOperator.generate_link_to_ui_from_context(
                context=context, base_url="https://air.flow/x", options="a", params_input={"n": 2}
            )
            seen.append((self.text, mine.subject, mine.body, link))

    def make() -> None:
        task(task_id="first")(lambda: "files")() >> asks(
            subject="{{ ti.xcom_pull(task_ids='first') }}", body="{{ dag.dag_id }}", params={"n": 1},
            notifiers=Tells("{{ task.task_id }}"),
        )  # fmt: skip

    run(make, answers={"ask": "a"}, logical_date=START)
    assert seen == [
        (
            "ask", "files", "d",
            "https://air.flow/dags/d/runs/manual__2024-01-01T00:00:00+00:00/tasks/ask/required_actions"
            "?_options=%5B%27a%27%5D&n=2&map_index=-1",
        )
    ]  # fmt: skip


def test_several_options() -> None:
    outcome = run(lambda: asks(multiple=True, defaults=["a", "b"]), answers={"ask": ["b", "a"]})
    assert outcome.values["ask"]["chosen_options"] == ["b", "a"]
    with pytest.raises(InvalidValue, match="name one option only"):
        run(asks, answers={"ask": ["b", "a"]})


def test_defaults_are_taken_when_the_time_is_over() -> None:
    clock = kit.FakeTime(START)
    outcome = run(lambda: asks(defaults="b", response_timeout=HOUR, params={"n": 3}), clock=clock)
    value = outcome.values["ask"]
    assert (value["chosen_options"], value["params_input"]) == (["b"], {"n": 3})
    assert value["responded_by_user"] is None
    assert clock.now() - START >= HOUR


def test_without_defaults_it_fails_when_the_time_is_over() -> None:
    outcome = run(lambda: asks(response_timeout=HOUR, retries=1, retry_delay=HOUR))
    assert (outcome.states, outcome.tries) == ({"ask": "failed"}, {"ask": 2})
    assert "HITLTimeoutError: Nobody answered before the response timeout" in outcome.reasons["ask"]


def test_nobody_answers_for_ever() -> None:
    with pytest.raises(AirflowException, match="nobody answers what 'ask' asks"):
        run(asks)


def test_execution_timeout_is_the_response_timeout_of_older_files() -> None:
    outcome = run(lambda: asks(defaults="a", execution_timeout=HOUR), clock=kit.FakeTime(START))
    assert outcome.values["ask"]["chosen_options"] == ["a"]
    operator = asks(execution_timeout=HOUR, response_timeout=2 * HOUR)
    assert (operator.execution_timeout, operator.response_timeout) == (HOUR, 2 * HOUR)


def test_a_mapped_task_asks_for_each_index() -> None:
    def make() -> None:
        HITLOperator.partial(task_id="ask", options=["a", "b"]).expand(subject=["one", "two"])

    outcome = run(make, answers={"ask[0]": "a", "ask": "b"})
    assert [one["chosen_options"] for one in outcome.values["ask"]] == [["a"], ["b"]]


# --- approval, branch, entry ------------------------------------------------------------------------


def approval(**arguments: Any) -> Callable[[], None]:
    def make() -> None:
        ask = ApprovalOperator(task_id="ask", subject="Deploy?", **arguments)
        nothing = {name: task(task_id=name)(print)() for name in ("next", "last")}
        nothing["last"].operator.trigger_rule = "all_done"
        ask >> nothing["next"] >> nothing["last"]

    return make


def test_approved() -> None:
    assert set(run(approval(), answers={"ask": "Approve"}).states.values()) == {"success"}


def test_rejected() -> None:
    outcome = run(approval(), answers={"ask": "Reject"})
    assert outcome.states == {"ask": "success", "next": "skipped", "last": "success"}
    assert outcome.values["ask"]["chosen_options"] == ["Reject"]
    outcome = run(approval(ignore_downstream_trigger_rules=True), answers={"ask": "Reject"})
    assert outcome.states == {"ask": "success", "next": "skipped", "last": "skipped"}


def test_rejected_and_failed() -> None:
    answer = {"chosen_options": "Reject", "by": "ann"}
    outcome = run(approval(fail_on_reject=True), answers={"ask": answer})
    assert outcome.states == {"ask": "failed", "next": "upstream_failed", "last": "success"}
    assert f"{HITLRejectException.__name__}: Task 'ask' was rejected by ann" in outcome.reasons["ask"]


def test_a_branch_by_task_id_and_by_mapping() -> None:
    def make() -> None:
        ask = HITLBranchOperator(
            task_id="ask", subject="Where to?", options=["Left", "right", "stay"],
            options_mapping={"Left": "left"}, multiple=True,
        )  # fmt: skip
        ask >> [task(task_id=name)(print)() for name in ("left", "right", "stay")]

    outcome = run(make, answers={"ask": ["Left", "right"]})
    assert outcome.states == {"ask": "success", "left": "success", "right": "success", "stay": "skipped"}
    assert outcome.values["ask"] == ["left", "right"]


def test_an_entry_has_one_option() -> None:
    def make() -> None:
        HITLEntryOperator(task_id="ask", subject="How many?", params={"n": Param(None, type="integer")})

    outcome = run(make, answers={"ask": {"params_input": {"n": 4}}})
    assert outcome.values["ask"]["params_input"] == {"n": 4}
    with pytest.raises(InvalidValue, match=r"params_input\.n must satisfy its schema: .*[^.], got "):
        run(make, answers={"ask": "OK"})
    own = HITLEntryOperator(task_id="own", subject="s", options=["x"])
    assert (own.options, own.defaults) == (["x"], None)


# --- what cannot be asked ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: asks(options=[]), "options must be a list of texts, and not be empty"),
        (lambda: asks(options="ab"), "options must be a list of texts"),
        (lambda: asks(assigned_users="ann"), "assigned_users must be people .*, got 'ann'"),
        (lambda: asks(assigned_users=[{"name": "ann"}]), "assigned_users must be people"),
        (lambda: asks(defaults="c"), "defaults must be among the options"),
        (lambda: asks(defaults=["a", "b"]), "defaults must name one option, unless multiple=True"),
        (lambda: asks(params={"_options": 1}), "not use the name '_options'"),
        (lambda: asks(response_timeout="soon"), "response_timeout must"),
        (lambda: ApprovalOperator(task_id="t", subject="s", multiple=True), "multiple must be left out"),
        (
            lambda: HITLBranchOperator(task_id="t", subject="s", options=["a"], options_mapping={"b": "t"}),
            "options_mapping must map options",
        ),
        (
            lambda: HITLBranchOperator(task_id="t", subject="s", options=["a"], options_mapping={"a": 1}),
            "must be the id of a task, got 1",
        ),
    ],
)
def test_bad_arguments_are_refused(make: Callable[[], object], told: str) -> None:
    with pytest.raises(InvalidValue, match=told):
        make()


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("c", "chosen_options must be among"),
        ([], "name at least one option"),
        ({"chosen_options": "a", "params_input": {"m": 1}}, "must hold fields of the form only"),
        ({"chosen_options": "a", "params_input": {"n": "x"}}, "satisfy its schema"),
        ({"chosen_options": "a", "params_input": {"any": {"__classname__": "x"}}}, "reserved key"),
        ({"chosen_options": "a", "by": "eve"}, "who alone may answer"),
        ({"option": "a"}, "hold chosen_options, params_input and by only"),
    ],
)
def test_answers_that_do_not_fit_are_refused(answer: Any, told: str) -> None:
    form = {"n": Param(1, type="integer"), "any": None}
    who = [HITLUser(id="test", name="T")]
    with pytest.raises(InvalidValue, match=told):
        run(lambda: asks(params=form, assigned_users=who), answers={"ask": answer})


def test_an_option_that_left_the_file_fails_the_task() -> None:
    with pytest.raises(InvalidValue, match="chosen_options must be among"):
        asks().execute_complete({}, {"chosen_options": ["gone"], "params_input": {}})
    with pytest.raises(HITLTimeoutError):
        asks().execute_complete({}, {"error": "late", "error_type": "timeout"})


# --- operators of others --------------------------------------------------------------------------------


class Waits(BaseOperator):
    """As a provider package does it: for 3.3 by the state, for 3.1 by the trigger."""

    how = "state"

    def execute(self, context: Any) -> None:
        ti = context["ti"]
        options = {"options": ["a", "b"], "defaults": ["b"], "params": {"n": {"value": 7}}}
        upsert_hitl_detail(ti_id=ti.id, subject="s", **options)  # type: ignore[arg-type]
        assert not get_hitl_detail_content_detail(ti.id).response_received
        if self.how == "state":
            raise TaskAwaitingInput(method_name="go_on", kwargs={"told": "so"}, timeout=HOUR)
        trigger = HITLTrigger(ti_id=ti.id, timeout_datetime=datetime.now(UTC) - HOUR, **options)  # type: ignore[arg-type]
        self.defer(trigger=trigger, method_name="go_on", kwargs={"told": "so"})

    def go_on(self, context: Any, event: dict[str, Any], told: str) -> Any:
        return [event["chosen_options"], event["params_input"], event["timedout"], told]


@pytest.mark.parametrize("how", ["state", "trigger"])
@pytest.mark.parametrize(("answers", "chosen"), [({"ask": "a"}, "a"), ({}, "b")])
def test_others_may_ask_too(how: str, answers: dict[str, str], chosen: str) -> None:
    def make() -> None:
        Waits(task_id="ask").how = how

    assert run(make, answers=answers).values["ask"] == [[chosen], {"n": 7}, chosen == "b", "so"]


def test_a_task_may_answer_itself_and_asks_for_nobody_else() -> None:
    def self_help(ti: Any) -> Any:
        upsert_hitl_detail(ti.id, options=["a"], subject="s")
        with pytest.raises(InvalidValue, match="be the id of the running task instance"):
            upsert_hitl_detail("another", options=["a"], subject="s")
        first = update_hitl_detail_response(ti.id, ["a"], {})
        assert first.responded_by_user is None
        return update_hitl_detail_response(ti.id, ["b"], {}).chosen_options

    assert run(task(task_id="ask")(self_help)).values["ask"] == ["a"]
    with pytest.raises(AirflowException, match="Only a running task can ask"):
        upsert_hitl_detail("x", options=["a"], subject="s")


def test_to_wait_without_a_question_fails() -> None:
    def forgets() -> None:
        raise TaskAwaitingInput(method_name="go_on")

    outcome = run(task(task_id="ask", retries=3)(forgets))
    assert outcome.tries == {"ask": 1}
    assert "call upsert_hitl_detail() before" in outcome.reasons["ask"]


def test_importing_the_operators_warns_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert asks().template_fields == ("subject", "body")
