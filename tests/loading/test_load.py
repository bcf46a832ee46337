"""A whole declaration, in four files and three syntaxes."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from limen.errors import DeclarationError, UsageError
from limen.loading import find, load, sections
from limen.model.declaration import Declaration
from tests.loading.support import SOUND, WHOLE, load_text, problems, shown, write


def test_every_section_of_the_model_is_loaded() -> None:
    declaration = load(WHOLE).declaration
    empty = [name for name in Declaration.__struct_fields__ if getattr(declaration, name) in ((), {}, msgspec.UNSET)]
    assert empty == []


def test_sections_know_every_field_of_the_model_and_its_type() -> None:
    fields = {field.encode_name: field.type for field in msgspec.structs.fields(Declaration)}
    assert set(fields) == set(sections.ALL)
    # Each field is Annotated[type, Meta]; optional ones are type | UnsetType.
    inner = {name: kind.__origin__ for name, kind in fields.items()}
    for name, kind in sections.NAMED.items():
        assert inner[name].__args__[1] is kind
    for name, kind in {**sections.IDENTIFIED, **sections.NUMBERED}.items():
        assert inner[name].__args__[0] == kind
    for name, kind in {**sections.SINGLE, **sections.PLAIN}.items():
        assert kind == inner[name] or kind in inner[name].__args__


def test_flows_of_all_files_are_there_the_root_first_then_files_by_name() -> None:
    loaded = load(WHOLE)
    assert [flow.id for flow in loaded.declaration.flows] == [
        "site-upload",
        "archive-copy",
        "read-back",
        "store",
        "syslog",
    ]
    assert [file.name for file in loaded.files] == [
        "boundaries.yaml",
        "flows.jsonl",
        "flows/processing.yaml",
        "inventory.json",
    ]
    assert loaded.root == WHOLE


def test_files_are_recorded_with_digest_and_size() -> None:
    for file in load(WHOLE).files:
        data = (WHOLE / file.name).read_bytes()
        assert (file.sha256, file.size) == (hashlib.sha256(data).hexdigest(), len(data))


def test_values_mean_what_yaml_1_2_says() -> None:
    declaration = load(WHOLE).declaration
    assert declaration.flows[0].purpose == "Receive packets from sites"
    assert declaration.keys["token-key"].activated == "2026-01-31"
    assert declaration.zones["data"].clearance == declaration.zones["processing"].clearance
    assert declaration.system.title == "Sérialisation 💊 of packages"
    assert declaration.components["archive"].title == "archïve 📦"
    assert declaration.flows[2].title == "café : :"


def test_equal_parts_are_one_object_whatever_file_they_come_from() -> None:
    flows = {flow.id: flow for flow in load(WHOLE).declaration.flows}
    upload, store, copy = flows["site-upload"], flows["store"], flows["archive-copy"]
    assert upload.in_transit is store.in_transit is copy.in_transit
    assert upload.carries is store.carries is copy.carries
    assert store.returns is copy.returns
    assert flows["read-back"].protection is copy.protection
    assert store.target is copy.source


def test_the_order_of_includes_changes_nothing(tmp_path: Path) -> None:
    files = {
        "a__jsonl": '{"id": "two", "from": "portal", "to": "gateway"}\n',
        "b__yaml": "flows: [{id: one, from: portal, to: gateway}]\n",
    }
    first = load_text(tmp_path, "include: [a.jsonl, b.yaml]\n" + SOUND, **files)
    second = load_text(tmp_path, "include: [b.yaml, a.jsonl]\n" + SOUND, **files)
    assert first.declaration.flows == second.declaration.flows
    assert [flow.id for flow in first.declaration.flows] == ["upload", "two", "one"]


def test_a_root_may_be_json(tmp_path: Path) -> None:
    root = tmp_path / "system.json"
    root.write_bytes(msgspec.json.encode(load(WHOLE / "boundaries.yaml").declaration.system))
    with pytest.raises(DeclarationError) as caught:
        load(root)
    assert "system.json:1:2: unknown section" in "\n".join(shown(list(caught.value.problems)))


def test_a_path_may_be_a_text(tmp_path: Path) -> None:
    path = write(tmp_path)
    assert load(str(path)).digest == load(path).digest == load(str(tmp_path)).digest


def test_find_goes_upwards(tmp_path: Path) -> None:
    root = write(tmp_path)
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    assert find(deep) == root
    assert find(tmp_path) == root
    assert find(root) == root


@pytest.mark.parametrize("name", ["nowhere", "bad\0name"])
def test_find_says_what_to_do(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError) as caught:
        find(tmp_path / name)
    assert caught.value.problems[0].hint


def test_find_without_a_declaration_above(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no boundaries.yaml in .* or above it"):
        find(tmp_path)


def test_version_and_system_are_needed(tmp_path: Path) -> None:
    found = problems(tmp_path, SOUND.replace("version: 1\nsystem: {id: rx}\n", ""))
    assert shown(found) == [
        "boundaries.yaml:1:1: the field version is missing",
        "boundaries.yaml:1:1: the field system is missing",
    ]


def test_a_system_without_flows_is_an_error(tmp_path: Path) -> None:
    text = SOUND[: SOUND.index("flows:")]
    assert shown(problems(tmp_path, text)) == ["boundaries.yaml:1:1: a system without flows can't be judged"]
    assert shown(problems(tmp_path, text + "flows: []\n")) == [
        "boundaries.yaml:11:1: a system without flows can't be judged"
    ]


def test_loading_imports_nothing_heavy() -> None:
    code = "import sys, pathlib, limen.loading as l; l.load(pathlib.Path(sys.argv[1])); print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code, str(WHOLE)], capture_output=True, text=True, check=True)
    heavy = {"jsonschema", "networkx", "numpy", "rich", "jinja2", "orjson", "regorus"}
    assert heavy.isdisjoint(eval(done.stdout))
