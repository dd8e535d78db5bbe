"""A rehearsal warms only what it comes through: each has to succeed, and to leave nothing behind."""

import os

import pytest

from tradewind.domain.events import Succeeded
from tradewind.runtime.clock import SystemClock
from tradewind.worker import rehearsal


@pytest.fixture(autouse=True)
def _prepared() -> None:
    rehearsal.prepare()


@pytest.mark.parametrize("templates", [False, True])
def test_every_kind_of_task_succeeds_and_gets_what_it_pulls(templates: bool) -> None:
    common, pulling, mapped = rehearsal.load_context(SystemClock(), templates=templates)
    assert {type(report.outcome) for report in (common, pulling, mapped)} == {Succeeded}
    assert '"op_args":[[1]]' in (pulling.rendered_fields or "")
    assert '"op_args":[1]' in (mapped.rendered_fields or "")


def test_no_descriptor_and_no_environment_variable_stays() -> None:
    rehearsal.load_context(SystemClock(), templates=False)
    before = sorted(os.listdir("/proc/self/fd")), dict(os.environ)
    rehearsal.rehearse(SystemClock(), times=3)
    rehearsal.load_context(SystemClock(), templates=False)
    assert (sorted(os.listdir("/proc/self/fd")), dict(os.environ)) == before
