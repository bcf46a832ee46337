"""Gateways of the reference system, one a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.controls.ingress.ingress_bench import Bench


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Any]:
    """Give a function that opens a gateway by its declared name; all are closed at the end."""
    made: list[Bench] = []

    def bench(component: str = "epcis-gateway", **given: Any) -> Bench:
        folder = tmp_path / f"{component}-{len(made)}"
        folder.mkdir()
        made.append(Bench(folder, component, **given))
        return made[-1]

    yield bench
    for one in made:
        one.close()
