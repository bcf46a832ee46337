"""A small conforming system, one with a single finding, and plain variables."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from limen.cli.starter import starter
from tests.cli.support import VARIABLES

GRPCS = "    to: service\n    carries: [record]\n    returns: []\n    in_transit: {protocol: grpcs}"
WEAK = GRPCS.replace("grpcs}", 'grpcs, tls: {min: "1.2"}}')
WEAKER = GRPCS.replace("grpcs}", 'grpcs, tls: {min: "1.1"}}')

FINDING = "transit.tls_minimum::flow:hand-over::in_transit.tls.min"
"""The one finding of `weak` under the profile zero-trust."""


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def declaration(*profiles: str) -> str:
    today = datetime.datetime.now(datetime.UTC).date()
    return starter(
        system="rx", title="Rx", owner="ops", profiles=profiles or ("zero-trust",), tenancy=False, today=today
    )


@pytest.fixture
def system(tmp_path: Path) -> Path:
    """The folder of a system that conforms."""
    (tmp_path / "boundaries.yaml").write_text(declaration(), encoding="utf-8")
    return tmp_path


@pytest.fixture
def weak(tmp_path: Path) -> Path:
    """The folder of a system with one finding: a flow offers TLS 1.2 where the profile requires 1.3."""
    text = declaration().replace(GRPCS, WEAK)
    assert WEAK in text
    (tmp_path / "boundaries.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def worsen(folder: Path) -> None:
    """Lower the weak flow's TLS further: the finding of `weak` with another effective value."""
    root = folder / "boundaries.yaml"
    root.write_text(root.read_text(encoding="utf-8").replace(WEAK, WEAKER), encoding="utf-8")


def mend(folder: Path) -> None:
    """Take the weakness away."""
    root = folder / "boundaries.yaml"
    root.write_text(root.read_text(encoding="utf-8").replace(WEAK, GRPCS), encoding="utf-8")
