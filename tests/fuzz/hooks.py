"""Loaded by schemathesis: three of four requests name a thing that is there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import strategies as st
from tests.fuzz.ids import load

IDS = load(Path(os.environ["FUZZ_IDS"]).read_text())


@schemathesis.hook
def before_generate_path_parameters(context: Any, strategy: Any) -> Any:
    """Put known ids in place of made-up ones."""

    def known(drawn: tuple[Any, dict[str, Any], int]) -> Any:
        made_up, ids, chance = drawn
        if not chance or not isinstance(getattr(made_up, "value", made_up), dict):
            return made_up
        values = getattr(made_up, "value", made_up)
        values.update({name: ids[name] for name in values if name in ids})
        return made_up

    return st.tuples(strategy, st.sampled_from(IDS), st.integers(0, 3)).map(known)
