"""The trigger rules, straight from their definitions: what the engine's counters are held against."""

from __future__ import annotations

from collections import Counter


def may_run(rule: str, states: Counter[str | None], total: int) -> bool:
    """Whether a task with that rule and so many upstream task instances may run."""
    s, f, u, k, r = (states[name] for name in ("success", "failed", "upstream_failed", "skipped", "removed"))
    done = s + f + u + k + r
    definition = {
        "all_success": s + r == total,
        "all_failed": f + u + r == total,
        "all_done": done == total,
        "all_done_min_one_success": done == total and s >= 1 and k == 0,
        "all_skipped": k == total,
        "one_success": s >= 1,
        "one_failed": f + u >= 1,
        "one_done": s + f >= 1,
        "none_failed": s + k + r == total,
        "none_failed_min_one_success": s + k + r == total and s >= 1,
        "none_skipped": done == total and k == 0,
        "always": True,
    }
    return total == 0 or definition[rule]
