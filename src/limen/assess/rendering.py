"""The reports of a pack: every format that renders here; what does not is named with the reason."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from pathlib import Path

from limen.errors import UsageError
from limen.evidence.layout import REPORTS
from limen.records.assessment import Assessment
from limen.reports import Options, formats, report

ALWAYS = ("html", "sarif", "junit", "markdown", "text")
"""Formats of every pack. JSON is none of them: core is JSON, and says more."""
EXTRA = ("oscal", "xlsx")
"""Formats that need more than limen alone."""
LAST = ("pdf",)
"""What is rendered behind everything else, while the tree is computed: a typesetter keeps what it took of memory."""
STEM = "limen"


def rendered(
    assessment: Assessment, folder: Path, missing: dict[str, str], wanted: Sequence[str] = (*ALWAYS, *EXTRA)
) -> Iterator[tuple[str, bytes]]:
    """Yield place and content of reports of a pack that is being made in a folder, one after the other.

    Why a report can't be there is noted in `missing`, by format. Raises UsageError where one of the formats of every
    pack can't be rendered.
    """
    known = formats()
    files = frozenset(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    for name in wanted:
        if name not in known:
            missing[name] = "this limen has no such format"
            continue
        try:
            yield from _rendered(name, assessment, files)
        except UsageError as error:
            if name in ALWAYS:
                raise
            missing[name] = "; ".join(": ".join(filter(None, (one.message, one.hint))) for one in error.problems)


def _rendered(name: str, assessment: Assessment, files: Container[str]) -> Iterator[tuple[str, bytes]]:
    module = report(name)
    documents = getattr(module, "documents", None)
    if documents is None:
        yield f"{REPORTS}{STEM}.{module.EXTENSION}", module.render(assessment, Options())
        return
    for file, content in documents(assessment, files).items():
        yield f"{REPORTS}{file}", content
