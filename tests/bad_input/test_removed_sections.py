"""A declaration with a whole section removed has findings; it is never a smaller green run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.support import limen
from tests.reference import copy_reference

Capsys = pytest.CaptureFixture[str]

SECTIONS = (
    "ledgers", "secrets", "transfers", "keys", "tenants", "roles", "principals", "separation_of_duties",
    "incident_response", "verification",
)  # fmt: skip


def _assessed(folder: Path, capsys: Capsys) -> tuple[int, dict[str, Any]]:
    said = limen(capsys, "check", folder, "-f", "json")
    assert said.err == ""
    document: dict[str, Any] = json.loads(said.out)
    return said.code, document


def _named(document: dict[str, Any]) -> set[str]:
    return {f"{finding['rule']}::{finding['subject']}" for finding in document["findings"]}


@pytest.fixture
def reference(tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    root = copy_reference(tmp_path)
    return root, yaml.safe_load(root.read_text(encoding="utf-8"))


@pytest.mark.parametrize("how", ["removed", "empty"])
@pytest.mark.parametrize("section", SECTIONS)
def test_a_missing_section_is_a_finding(
    reference: tuple[Path, dict[str, Any]], section: str, how: str, capsys: Capsys
) -> None:
    root, declared = reference
    _, before = _assessed(root, capsys)
    held = declared.pop(section)
    if how == "empty":
        declared[section] = type(held)()
    root.write_text(yaml.safe_dump(declared, sort_keys=False, allow_unicode=True), encoding="utf-8")
    code, after = _assessed(root, capsys)
    assert code == 1
    missing = [
        finding["message"] for finding in after["findings"]
        if finding["rule"] == "structure.required_sections" and finding["status"] == "fail"
    ]  # fmt: skip
    assert [message for message in missing if message.startswith(f"the section {section} is missing or empty")]
    assert "structure.required_sections::system:aldermoor" in _named(after) - _named(before)


@pytest.mark.parametrize("section", ["data", "zones", "components"])
def test_a_section_that_others_name_is_refused_as_unknown_names(
    reference: tuple[Path, dict[str, Any]], section: str, capsys: Capsys
) -> None:
    root, declared = reference
    del declared[section]
    root.write_text(yaml.safe_dump(declared, sort_keys=False, allow_unicode=True), encoding="utf-8")
    said = limen(capsys, "check", root)
    assert (said.code, said.out) == (2, "")
    assert f"declare it under {section}" in said.err
