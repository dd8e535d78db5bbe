"""A task that does nothing: it only joins others."""

from __future__ import annotations

from typing import Any

from tradewind.authoring.operator import BaseOperator


class EmptyOperator(BaseOperator):
    """Does nothing; the scheduler ends it without starting a process."""

    ui_color = "#e8f7e4"
    inherits_from_empty_operator = True

    def execute(self, context: Any) -> None:
        """Nothing."""


class DummyOperator(EmptyOperator):
    """``EmptyOperator`` under its name of Airflow 1.x."""


class SmoothOperator(EmptyOperator):
    """Does nothing, with a song: Airflow's joke, kept so that files with it run."""

    ui_color = "#e8f7e4"
