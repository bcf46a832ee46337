"""What files say, merged as written: the same as the model says, without its defaults."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from limen.errors import DeclarationError
from limen.loading import load
from limen.loading.declared import declared
from limen.model.declaration import Declaration
from tests.needs import REPOSITORY

SYSTEMS = [REPOSITORY / "boundaries.yaml", *sorted(REPOSITORY.glob("examples/*/boundaries.yaml"))]


@pytest.mark.parametrize("path", SYSTEMS, ids=lambda path: path.parent.name)
def test_it_is_what_was_loaded(path: Path) -> None:
    """Every list in the same order: the numbers of entries are those of the model and of the places."""
    assert msgspec.convert(declared(path), Declaration) == load(path).declaration


def test_what_nobody_wrote_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "boundaries.yaml"
    flow = '"carries": [], "returns": [], "from": "portal", "to": "portal"'
    path.write_text(
        "version: 1\nsystem: {id: small}\ninclude: [b.jsonl, a.yaml]\nzones: {outside: {trust: 0}}\n"
        "components: {portal: {zone: outside, kind: service}}\nflows: []\n",
        encoding="utf-8",
    )
    (tmp_path / "b.jsonl").write_bytes(f'\ufeff{{"id": "three", {flow}}}\n\n{{"id": "four", {flow}}}'.encode())
    (tmp_path / "a.yaml").write_text(
        "flows:\n  - {id: one, from: portal, to: portal, carries: [], returns: []}\nzones: {inside: {trust: 1}}\n",
        encoding="utf-8",
    )
    found = declared(path)
    assert [one["id"] for one in found["flows"]] == [one.id for one in load(path).declaration.flows]
    assert [one["id"] for one in found["flows"]] == ["one", "three", "four"]
    assert found["flows"][0] == {"id": "one", "from": "portal", "to": "portal", "carries": [], "returns": []}
    assert found["zones"] == {"outside": {"trust": 0}, "inside": {"trust": 1}}
    assert "keys" not in found


def test_a_file_that_went_away_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError):
        declared(tmp_path / "boundaries.yaml")
