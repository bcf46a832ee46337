"""The catalog and its index: what lies on disk is what is judged by, and the index never hides a change."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest

from limen.errors import PolicyError
from limen.policy import catalog as catalog_module
from limen.policy import discovery
from limen.policy.catalog import Catalog, build_index, load_catalog
from limen.policy.frameworks import controls_from, in_force
from limen.policy.index import Index, index_path, load_index, rule_digest, schema_texts
from limen.policy.location import policies_root, rego_root
from limen.policy.wording import suggestion
from limen.records.rules import Control
from tests.policy.support import BODY, METADATA, MY_PROFILE, write_profile, write_rule


@pytest.fixture(scope="module")
def shipped() -> Catalog:
    return load_catalog()


def test_every_rule_on_disk_is_in_the_catalog_and_nothing_else(shipped: Catalog) -> None:
    on_disk = {
        f"{path.parent.parent.name}.{path.stem}"
        for path in (rego_root() / "limen" / "rules").glob("*/*/*.rego")
        if not path.name.endswith("_test.rego")
    }
    assert set(shipped.rules) == on_disk
    assert list(shipped.rules) == sorted(on_disk)


def test_every_profile_and_framework_on_disk_is_in_the_catalog(shipped: Catalog) -> None:
    assert set(shipped.profiles) == {path.stem for path in (policies_root() / "profiles").glob("*")}
    frameworks = {path.stem for path in (policies_root() / "frameworks").glob("*")}
    assert {control.framework for control in shipped.controls.values()} == frameworks


def test_the_index_is_what_the_files_say() -> None:
    assert index_path().read_bytes() == build_index(), "run: make docs"


def test_with_and_without_the_index_the_catalog_is_the_same(shipped: Catalog) -> None:
    linted = catalog_module._Reading((), Index()).catalog()
    assert linted == shipped
    assert list(linted.entries) == list(shipped.entries)


def libraries_and(shipped: Catalog, rule_id: str) -> tuple[discovery.Module, dict[str, discovery.Module]]:
    rule = shipped.rules[rule_id]
    return discovery.Module(id=rule.id, file=rule.file, text=rule.source, shipped=True), dict(shipped.libraries)


def test_an_entry_counts_only_while_all_that_it_came_from_is_unchanged(shipped: Catalog) -> None:
    index, schemas = load_index(), schema_texts()
    rule_id = "transit.unsealed_item"
    module, libraries = libraries_and(shipped, rule_id)
    assert index.rule(module, libraries, schemas) == shipped.entries[rule_id]
    assert "sets" in shipped.entries[rule_id].libraries  # by way of lattice
    changed = msgspec.structs.replace(libraries["sets"], text=libraries["sets"].text + "\n")
    stale = [
        index.rule(msgspec.structs.replace(module, text=module.text + "\n"), libraries, schemas),
        index.rule(msgspec.structs.replace(module, shipped=False), libraries, schemas),
        index.rule(msgspec.structs.replace(module, id="transit.other"), libraries, schemas),
        index.rule(module, libraries | {"sets": changed}, schemas),
        index.rule(module, {}, schemas),
        index.rule(module, libraries, schemas | {"wire": schemas["wire"] + " "}),
        index.rule(module, libraries, {}),
        Index().rule(module, libraries, schemas),
    ]
    assert stale == [None] * len(stale)


def test_the_digest_keeps_texts_apart() -> None:
    def made(text: str, *used: str) -> str:
        module = discovery.Module(id="a.b", file="f", text=text, shipped=True)
        libraries = {name: discovery.Module(id=name, file=name, text=name, shipped=True) for name in used}
        return rule_digest(module, used, libraries, "s")

    assert made("ab") != made("a")
    assert made("a", "bc") != made("ab", "c")


@pytest.mark.parametrize("text", [b"", b"{}", b"not json", b'{"version": 999}', b'{"rules": 3}', b"\xff"])
def test_a_broken_index_is_no_index(tmp_path: Path, text: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "index.json").write_bytes(text)
    monkeypatch.setattr("limen.policy.index.rego_root", lambda: tmp_path)
    found = load_index()
    assert (found.rules, found.profiles, found.frameworks) == ({}, {}, {})


def problems(folder: Path) -> set[tuple[str, str]]:
    with pytest.raises(PolicyError) as caught:
        load_catalog((folder,))
    return {
        (problem.message, Path(problem.location.file).relative_to(folder).as_posix())
        for problem in caught.value.problems
        if problem.location and folder.as_posix() in problem.location.file
    }


def test_a_users_rule_may_not_take_a_shipped_id(tmp_path: Path, shipped: Catalog) -> None:
    rule = shipped.rules["transit.plaintext"]
    write_rule(tmp_path, rule.source, rule="plaintext")
    message = "transit.plaintext is already defined by limen/rules/transit/plaintext/plaintext.rego"
    assert problems(tmp_path) == {(message, "rules/transit/plaintext/plaintext.rego")}


def test_what_lies_where_no_rule_belongs_is_an_error(tmp_path: Path) -> None:
    write_rule(tmp_path)
    strays = (
        "rules/transit/mine/other.rego",
        "rules/transit/mine/deeper/mine.rego",
        "rules/Transit/mine/mine.rego",
        "rules/mine.rego",
    )
    for stray in strays:
        path = tmp_path / stray
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("package x")
    assert problems(tmp_path) == {("no rule belongs here", stray) for stray in strays}


@pytest.mark.parametrize("category", ["lib", "waiver"])
def test_a_category_may_not_be_called_what_limen_calls_its_own(category: str, tmp_path: Path) -> None:
    """A rule waiver.unmatched would hide what the host finds under that name, and lib.sets be taken for the library."""
    write_rule(tmp_path, (METADATA + BODY).replace("transit.mine", f"{category}.mine"), category=category)
    message = f"no category may be called {category}"
    assert problems(tmp_path) == {(message, f"rules/{category}/mine/mine.rego")}


def test_shipped_profiles_and_frameworks_can_not_be_replaced(tmp_path: Path) -> None:
    shutil.copytree(policies_root() / "profiles", tmp_path / "profiles")
    (tmp_path / "frameworks").mkdir()
    shutil.copy(policies_root() / "frameworks" / "nist-800-53r5.yaml", tmp_path / "frameworks")
    found = problems(tmp_path)
    assert ("there is already a profile zero-trust", "profiles/zero-trust.yaml") in found
    assert ("there is already a framework nist-800-53r5", "frameworks/nist-800-53r5.yaml") in found


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    write_rule(tmp_path, (METADATA + BODY).replace("input.crossing", "input.crosing"))
    write_profile(tmp_path, MY_PROFILE.replace("title", "titel"))
    write_profile(tmp_path, MY_PROFILE, name="other")
    (tmp_path / "frameworks").mkdir()
    (tmp_path / "frameworks" / "x.yaml").write_text("id: y\n")
    found = {message for message, _ in problems(tmp_path)}
    assert {
        "there is no input path crosing",
        "unknown key 'titel'",
        "the profile's id 'mine' is not the file's name",
        "'publisher' is a required property",
    } <= found


def test_a_parameter_means_the_same_in_every_rule(tmp_path: Path) -> None:
    write_rule(tmp_path, (METADATA + BODY).replace("mine_depth", "tls_minimum"))
    ((message, file),) = problems(tmp_path) or {("", "")}
    assert "tls_minimum is declared otherwise" in message
    assert file


def test_a_library_of_the_user_is_linted_and_used(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    library = tmp_path / "lib" / "mine.rego"
    library.write_text("package limen.lib.mine\n\nenough(depth, least) := depth >= least\n")
    body = BODY.replace("import data.limen.parameters", "import data.limen.lib.mine\nimport data.limen.parameters")
    write_rule(
        tmp_path,
        METADATA
        + body.replace("input.depth >= parameters.mine_depth", "mine.enough(input.depth, parameters.mine_depth)"),
    )
    entry = load_catalog((tmp_path,)).entries["transit.mine"]
    assert entry.libraries == ("mine",)
    assert entry.projection == ("crossing", "depth")
    library.write_text(
        "package limen.lib.mine\n\nimport data.limen.parameters\n\ndefault x := 1\n\nenough(a, b) := input.x\n"
    )
    found = {message for message, _ in problems(tmp_path)}
    assert "`default` is not allowed in a rule" in found
    assert "data.limen.parameters may not be imported" in found
    assert any("input may not be read here" in message for message in found)


def test_a_folder_that_is_none_or_empty_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="no such folder"):
        load_catalog((tmp_path / "absent",))
    with pytest.raises(PolicyError, match="holds no policies"):
        load_catalog((tmp_path,))


def test_a_rule_that_is_not_utf_8_is_an_error(tmp_path: Path) -> None:
    write_rule(tmp_path).write_bytes(b"\xff\xfe")
    assert problems(tmp_path) == {("not UTF-8", "rules/transit/mine/mine.rego")}


FRAMEWORK = """id: law
title: T
publisher: P
status: law
source: S
valid_from: 2020-01-01
controls:
  - {id: "1", citation: C, title: T}
  - {id: "2", citation: C, title: T, status: proposed, valid_from: 2019-01-01, valid_to: 2021-06-30, source: elsewhere}
"""


def test_a_control_inherits_what_it_does_not_say() -> None:
    controls = controls_from(FRAMEWORK.encode(), "law", "law.yaml")
    assert controls["law:1"] == Control(
        framework="law", id="1", citation="C", title="T", status="law", valid_from="2020-01-01", source="S"
    )
    assert (controls["law:2"].status, controls["law:2"].source) == ("proposed", "elsewhere")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (FRAMEWORK.replace('id: "2"', 'id: "1"'), "given twice"),
        (FRAMEWORK.replace("id: law", "id: lore"), "not the file's name"),
        (FRAMEWORK.replace("2021-06-30", "2018-06-30"), "ends before it begins"),
        (FRAMEWORK.replace("status: law", "status: lore"), "'lore' is not one of"),
        (FRAMEWORK.replace("2020-01-01", "soon"), "does not match"),
    ],
)
def test_a_framework_is_refused(text: str, expected: str) -> None:
    with pytest.raises(PolicyError, match=expected):
        controls_from(text.encode(), "law", "law.yaml")


@pytest.mark.parametrize(
    ("changes", "day", "expected"),
    [
        ({}, "2020-01-01", True),
        ({}, "2019-12-31", False),
        ({"valid_to": "2021-06-30"}, "2021-06-30", True),
        ({"valid_to": "2021-06-30"}, "2021-07-01", False),
        ({"status": "draft"}, "2022-01-01", False),
        ({"status": "proposed"}, "2022-01-01", False),
        ({"status": "guidance"}, "2022-01-01", True),
    ],
)
def test_the_day_says_which_controls_are_in_force(changes: dict[str, Any], day: str, expected: bool) -> None:
    control = controls_from(FRAMEWORK.encode(), "law", "law.yaml")["law:1"]
    assert in_force(msgspec.structs.replace(control, **changes), day) is expected


def test_suggestions_name_the_closest_or_the_few() -> None:
    assert suggestion("zero-trsut", ["zero-trust", "hipaa"]) == 'did you mean "zero-trust"?'
    assert suggestion("x", []) == "there is none"
    assert suggestion("x", ["b", "a"]) == "expected one of: a, b"
    assert suggestion("x", [f"name{n:02}" for n in range(20)]).endswith(", …")
