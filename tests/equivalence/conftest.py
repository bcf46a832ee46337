"""The engines that are compared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from limen.policy.engine import PolicyEngine
from limen.policy.engines import EngineOptions, open_engine
from tests.opa_server import serving


@pytest.fixture(scope="session")
def engines(opa: Path) -> Iterator[dict[str, PolicyEngine]]:
    """The three engines."""
    with ExitStack() as stack:
        server = stack.enter_context(serving(opa))
        options = (
            EngineOptions(engine="embedded"),
            EngineOptions(engine="opa", url=server.url),
            EngineOptions(engine="opa-cli", program=str(opa)),
        )
        yield {one.engine: stack.enter_context(open_engine(one)) for one in options}
