"""The reference system on every engine: the same outcome of every rule for every subject."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest

from limen.assess import Request, assess
from limen.policy.engines import EngineOptions
from limen.records.assessment import Assessment
from tests.needs import REPOSITORY
from tests.opa_server import serving

NOW = datetime.datetime(2026, 11, 22, tzinfo=datetime.UTC)


def assessment(**engines: EngineOptions) -> Assessment:
    return assess(Request(path=REPOSITORY, assessed_at=NOW, **engines)).assessment  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def embedded() -> Assessment:
    return assessment()


@pytest.fixture(scope="module")
def url(opa: Path) -> Iterator[str]:
    with serving(opa) as server:
        yield server.url


@pytest.mark.parametrize("name", ["opa", "opa-cli"])
def test_the_reference_system_is_decided_alike(embedded: Assessment, url: str, name: str) -> None:
    options = EngineOptions(engine=name, url=url if name == "opa" else "", timeout=60)  # type: ignore[arg-type]
    found = assessment(engine=options)
    assert found.engine.startswith("OPA ")
    assert list(found.decisions) == list(embedded.decisions)
    for rule, decided in embedded.decisions.items():
        assert found.decisions[rule] == decided, rule
    assert found.counts == embedded.counts
    assert [one.id for one in found.findings] == [one.id for one in embedded.findings]
