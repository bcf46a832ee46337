"""One PostgreSQL for all tests of the tenancy probe."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lab.postgres import Cluster, cluster


@pytest.fixture(scope="session")
def server() -> Iterator[Cluster]:
    """Return a running cluster."""
    with cluster() as running:
        yield running
