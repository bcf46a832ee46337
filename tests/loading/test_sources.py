"""Every value of a declaration is found again where it was written."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from limen.errors import Location
from limen.loading import Loaded, load
from limen.loading.building import Builder
from limen.loading.json_events import json_events
from limen.loading.sections import IDENTIFIED
from limen.loading.yaml_events import yaml_events
from tests.loading.support import SOUND, WHOLE, load_text

Path_ = tuple[str | int, ...]


def _underlined(at: Location) -> str:
    return at.excerpt[at.column - 1 : at.column - 1 + at.length]


def _scalars(value: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _scalars(part, (*path, name))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            named = len(path) == 1 and path[0] in IDENTIFIED
            yield from _scalars(part, (*path, part["id"] if named else index))
    else:
        yield path, value


def _plain(file: Path) -> Any:
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".jsonl":
        return {"flows": [Builder().build(json_events(line)) for line in text.split("\n") if line]}
    return Builder().build(yaml_events(text) if file.suffix == ".yaml" else json_events(text))


@pytest.mark.parametrize("name", ["boundaries.yaml", "flows/processing.yaml", "inventory.json", "flows.jsonl"])
def test_every_scalar_is_located_at_its_own_text(name: str) -> None:
    sources = load(WHOLE).sources
    seen = 0
    for path, value in _scalars(_plain(WHOLE / name)):
        at = sources.locate(*path)
        assert at.file == name, path
        shown = _underlined(at)
        if shown in ("*all", ">-"):
            continue  # what is behind an alias is located at the alias, a folded text where it starts
        events = yaml_events(shown) if name.endswith("yaml") else json_events(shown)
        assert Builder().build(events) == value, path
        seen += 1
    assert seen > 4


@pytest.fixture(scope="module")
def whole() -> Loaded:
    return load(WHOLE)


@pytest.mark.parametrize(
    ("path", "place", "text"),
    [
        (("flows", "site-upload", "in_transit", "tls", "min"), "boundaries.yaml:74:46", '"1.3"'),
        (("flows", "site-upload"), "boundaries.yaml:68:9", "site-upload"),
        (
            ("flows", "site-upload", "protection", "submission", 1, "field_encrypted", "key"),
            "boundaries.yaml:80:34",
            "data-key",
        ),
        (("zones", "processing", "posture"), "boundaries.yaml:28:5", "posture"),
        (("zones", "data"), "boundaries.yaml:32:3", "data"),
        (("zones", "data", "clearance", "level"), "boundaries.yaml:32:51", "*all"),
        (("zones", "data", "no", "such"), "boundaries.yaml:32:3", "data"),
        (("zones", "nowhere"), "boundaries.yaml:22:1", "zones"),
        (("zones",), "boundaries.yaml:22:1", "zones"),
        (("version",), "boundaries.yaml:2:10", "1"),
        (("system", "owner"), "boundaries.yaml:3:69", "platform-security"),
        (("separation_of_duties", 0, 1), "boundaries.yaml:97:42", '"quarantine:write"'),
        (("probes", 1, "ledger"), "boundaries.yaml:125:29", "crossing-log"),
        (("assertions", "phi-stays", "never", "on"), "boundaries.yaml:121:86", "wire"),
        (("flows", "store", "to"), "flows/processing.yaml:2:36", "database"),
        (("components", "archive"), "inventory.json:4:5", '"archive"'),
        (("components", "archive", "zone"), "inventory.json:4:25", '"data"'),
        (("flows", "archive-copy"), "flows.jsonl:1:8", '"archive-copy"'),
        (("flows", "read-back", "fallback_for"), "flows.jsonl:3:102", '"store"'),
        (("flows", "read-back", "authn", "method"), "flows.jsonl:3:7", '"read-back"'),
    ],
)
def test_places(whole: Loaded, path: Path_, place: str, text: str) -> None:
    at = whole.sources.locate(*path)
    assert (str(at), _underlined(at)) == (place, text)


def test_the_key_of_a_field_is_found_too(whole: Loaded) -> None:
    assert _underlined(whole.sources.locate("zones", "data", "trust", key=True)) == "trust"
    assert _underlined(whole.sources.locate("version", key=True)) == "version"


def test_what_was_not_written_is_in_the_root(whole: Loaded) -> None:
    assert str(whole.sources.locate("nothing", "at", "all")) == "boundaries.yaml"
    assert str(whole.sources.locate()) == "boundaries.yaml"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_lines_and_columns_are_those_of_an_editor(tmp_path: Path, newline: str, mark: str) -> None:
    text = (mark + SOUND.replace("{id: rx}", '{id: rx, title: "💊é"}').replace("\n", newline)).encode()
    (tmp_path / "boundaries.yaml").write_bytes(text)
    sources = load(tmp_path).sources
    assert str(sources.locate("system", "title")) == "boundaries.yaml:2:25"
    assert str(sources.locate("components", "gateway", "kind")) == "boundaries.yaml:8:33"
    assert str(sources.locate("flows", "upload", "carries", 0)) == "boundaries.yaml:12:55"


def test_a_key_that_is_quoted_or_long_is_underlined_whole(tmp_path: Path) -> None:
    text = SOUND.replace("packet: {", '"other": {},\n  "pack\\u0065t": {')
    text = text.replace('"other": {},', '"other": {}')
    at = load_text(tmp_path, text).sources.locate("data", "packet")
    assert _underlined(at) == '"pack\\u0065t"'


def test_a_file_that_changed_since_is_no_longer_quoted(tmp_path: Path) -> None:
    shutil.copytree(WHOLE, tmp_path, dirs_exist_ok=True)
    sources = load(tmp_path).sources
    (tmp_path / "boundaries.yaml").write_text("other: text\n" * 400)
    (tmp_path / "inventory.json").unlink()
    (tmp_path / "flows.jsonl").unlink()
    for path in (("zones", "data", "trust"), ("components", "archive", "zone"), ("flows", "archive-copy", "to")):
        at = sources.locate(*path)
        assert at.excerpt == "", path
        assert at.file in ("boundaries.yaml", "inventory.json", "flows.jsonl")
        assert at.line == 0
