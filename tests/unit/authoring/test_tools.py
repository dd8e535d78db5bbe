"""§1.14 Macros, states, helpers, sessions: the small things that DAG files import."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tradewind.authoring import helpers, sessions
from tradewind.authoring.states import State
from tradewind.authoring.templating import macros
from tradewind.domain.errors import AirflowException, InvalidId
from tradewind.domain.states import TASK_MOVES, TaskInstanceState


def test_dates_in_templates() -> None:
    assert macros.ds_add("2015-01-01", 5) == "2015-01-06"
    assert macros.ds_add("2015-01-06", -5) == "2015-01-01"
    assert macros.ds_format("2015-01-01", "%Y-%m-%d", "%m-%d-%y") == "01-01-15"
    assert macros.datetime_diff_for_humans(datetime(2017, 1, 2), datetime(2017, 1, 1)) == "1 day after"
    assert 0 <= macros.random() < 1


def test_modules_in_templates() -> None:
    assert macros.json.dumps([1]) == "[1]"
    assert macros.dateutil.parser.parse("2020-01-01").year == 2020
    assert macros.uuid.UUID(int=0).int == 0
    assert macros.yaml.safe_load("a: 1") == {"a": 1}
    assert macros.time.time() > 0
    assert macros.datetime(2020, 1, 1) - macros.timedelta(days=1) == datetime(2019, 12, 31)


def test_plugins_add_macros() -> None:
    def shout(text: str) -> str:
        return text.upper()

    macros.add_plugin("loud", [shout])
    assert macros.loud.shout("a") == "A"
    with pytest.raises(AttributeError, match="ds_add"):
        _ = macros.quiet


def test_state_knows_every_state() -> None:
    assert set(State.task_states) == set(TASK_MOVES)
    assert State.finished | State.unfinished == set(State.task_states)
    assert State.NONE is None
    assert State.SUCCESS == "success"
    assert State.color(TaskInstanceState.FAILED) == "red"
    assert State.color("running") == "lime"
    assert (State.color("x"), State.color_fg("failed"), State.color_fg(None)) == ("white", "white", "black")


def test_helpers() -> None:
    assert list(helpers.chunks([1, 2, 3], 2)) == [[1, 2], [3]]
    assert helpers.as_flattened_list([["a"], ("b", "c")]) == ["a", "b", "c"]
    assert helpers.merge_dicts({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}}) == {"a": {"b": 3, "c": 2}}
    assert helpers.convert_camel_to_snake("LocalTaskJob") == "local_task_job"
    assert (helpers.exactly_one(1, 0, None), helpers.exactly_one(1, 1)) == (True, False)
    assert (helpers.at_most_one(), helpers.at_most_one(1, 1)) == (True, False)
    assert helpers.prune_dict({"a": None, "b": {"c": None, "d": 0}, "e": [None, 1]}) == {
        "b": {"d": 0},
        "e": [1],
    }
    assert helpers.prune_dict({"a": 0, "b": {"c": ""}, "d": 1}, mode="truthy") == {"d": 1}
    assert helpers.import_string("json.dumps")([1]) == "[1]"
    assert helpers.qualname(State) == "tradewind.authoring.states.State"
    assert (helpers.to_boolean("Yes"), helpers.to_boolean(None)) == (True, False)
    assert len(helpers.get_random_string(12)) == 12
    evens, odds = helpers.partition(lambda n: n % 2 == 1, range(4))
    assert (list(evens), list(odds)) == ([0, 2], [1, 3])


def test_ids_follow_the_one_grammar() -> None:
    helpers.validate_key("a.b-c_1")
    with pytest.raises(InvalidId):
        helpers.validate_key("a b")
    with pytest.raises(TypeError):
        helpers.validate_key(None)  # type: ignore[arg-type]


@sessions.provide_session
def with_session(value: int, session: object = sessions.NEW_SESSION) -> tuple[int, object]:
    return value, session


def test_a_function_that_wants_a_session_still_runs() -> None:
    value, session = with_session(1)
    assert value == 1
    assert isinstance(session, sessions.NoSession)
    assert with_session(1, "mine") == (1, "mine")
    assert with_session(1, session="mine") == (1, "mine")


def test_a_session_says_at_the_first_use_what_to_do_instead() -> None:
    with sessions.create_session() as session:
        session.commit()
        with pytest.raises(AirflowException, match=r"session\.query needs the metadata database.*REST API"):
            session.query(datetime.now(UTC))


def test_provide_session_needs_the_argument() -> None:
    with pytest.raises(ValueError, match="no `session` argument"):
        sessions.provide_session(lambda: None)
