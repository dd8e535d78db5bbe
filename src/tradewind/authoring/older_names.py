"""Attributes of ``ti`` that only Airflow 1.x and 2.x have."""

from __future__ import annotations

import os

from tradewind.authoring import task_links
from tradewind.domain.messages.assignment import Assignment


class OlderNames:
    """Mixed into ``TaskRun``, which knows what they mean today."""

    assignment: Assignment

    @property
    def next_try_number(self) -> int:
        """The number of the try after this one (1.x, 2.x)."""
        return self.assignment.try_number + 1

    @property
    def prev_attempted_tries(self) -> int:
        """The number of this try (1.x, 2.x)."""
        return self.assignment.try_number

    @property
    def log_filepath(self) -> str:
        """The file that the log of this try is written to (1.x)."""
        return task_links.log_file(self.assignment.log_path)

    @property
    def unixname(self) -> str:
        """The user that the task runs as; its number where it has no name."""
        import pwd  # only for those who ask

        try:
            return pwd.getpwuid(os.geteuid()).pw_name
        except KeyError:
            return str(os.geteuid())

    @property
    def job_id(self) -> None:
        """None: tasks have no row in a table of jobs here (1.x, 2.x)."""
        return None
