"""What every test may use: programs, and one Hypothesis profile for a slow machine."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.needs import need_program

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Started in the background of a shell: what is started here would ignore it, too, and could not be interrupted.
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile(
    "limen",
    deadline=None,  # two slow cores, shared: a deadline would measure the neighbours
    derandomize="CI" in os.environ,  # CI judges the change, not its luck
    max_examples=int(os.environ.get("LIMEN_EXAMPLES", "60")),
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("limen")


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    """A command turns the collector off, since its process ends soon; a worker would grow by gigabytes."""
    yield
    gc.enable()


@pytest.fixture(scope="session")
def opa() -> Path:
    """OPA's program."""
    return need_program("opa")


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Chromium's program."""
    return need_program("chromium")


@pytest.fixture(scope="session")
def chromedriver() -> Path:
    """Chromium's WebDriver server."""
    return need_program("chromedriver")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that it does not run alone at the end."""
    items.sort(key=lambda item: not any("mutation" in mark.args for mark in item.iter_markers("xdist_group")))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Name in CI what fails when it does: a run whose end is lost has said it all the same."""
    if report.failed and "CI" in os.environ and "PYTEST_XDIST_WORKER" not in os.environ:
        print(f"\nfailed: {report.nodeid} ({report.when})", file=sys.stderr, flush=True)
