"""The hooks of a session that judges a declaration: another session never loads them."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from limen.testing.plugin import NAMED
from limen.testing.plugin.items import DeclarationFile, GapError
from limen.testing.plugin.judging import assessed_at, headlines

_COLLECTED = pytest.StashKey[set[Path]]()
"""The declarations that were collected, of those that were named."""


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> DeclarationFile | None:
    """Collect a declaration that was named; one that merely lies there is left alone."""
    found = file_path.resolve()
    if found not in parent.config.stash[NAMED]:
        return None
    parent.config.stash.setdefault(_COLLECTED, set()).add(found)
    return DeclarationFile.from_parent(parent, path=file_path)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Refuse to go on without a declaration that was named: what is not judged must not look green."""
    named, collected = session.config.stash[NAMED], session.config.stash.get(_COLLECTED, set())
    for path in sorted(named - collected):
        raise pytest.UsageError(
            f"{path} was not collected, since pytest passes over its folder: name it as an argument, without --limen"
        )


def pytest_report_collectionfinish(config: pytest.Config) -> list[str]:
    """Say what is judged, by which profiles and which law."""
    return headlines(config)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Have an error show its finding: of what comes before the call pytest would show a traceback."""
    report = yield
    if call.excinfo is not None and isinstance(call.excinfo.value, GapError):
        report.longrepr = item.repr_failure(call.excinfo)  # as pytest does for the call
    return report


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give every worker of pytest-xdist one clock."""
    node.workerinput["limen_assessed_at"] = assessed_at(node.config).isoformat()
