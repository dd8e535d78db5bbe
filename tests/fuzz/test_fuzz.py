"""The short form of ``make fuzz``: a few hundred requests made from our own OpenAPI document."""

from __future__ import annotations

from pathlib import Path

from tests.fuzz.__main__ import run


def test_no_request_that_the_document_allows_breaks_the_server(tmp_path: Path) -> None:
    assert run(tmp_path, cases=300, seed=1) == 0
