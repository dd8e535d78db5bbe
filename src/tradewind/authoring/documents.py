"""Texts about DAGs and groups that lie in files of their own."""

from __future__ import annotations

from pathlib import Path


def text_of(doc_md: str | None, near: str = "") -> str | None:
    """The text; of a name that ends in .md, what stands in that file, here or in the folder of the file
    ``near``. The name itself where there is no such file.
    """
    if not doc_md or not doc_md.endswith(".md") or "\n" in doc_md:
        return doc_md
    for path in (Path(doc_md), Path(near).parent / doc_md):
        try:
            if path.is_file():
                return path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
    return doc_md
