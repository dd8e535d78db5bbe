"""Tasks on the scheduler's own machine, in one worker host that outlives the scheduler's kill -9."""

from tradewind.executors.local.executor import LocalExecutor, SequentialExecutor

__all__ = ["LocalExecutor", "SequentialExecutor"]
