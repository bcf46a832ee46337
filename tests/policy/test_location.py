"""The rules and policies are found beside the package in a wheel and at the top of a checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

from limen.errors import PolicyError
from limen.policy import location
from tests.needs import REPOSITORY


def test_a_checkout_uses_its_own_folders() -> None:
    assert location.rego_root() == REPOSITORY / "rego"
    assert location.policies_root() == REPOSITORY / "policies"


def test_the_source_tree_holds_no_packaged_copy() -> None:
    assert not (REPOSITORY / "src" / "limen" / "_data").exists()


def test_packaged_folders_come_first(tmp_path: Path) -> None:
    package = tmp_path / "src" / "limen"
    for folder in (package / "_data" / "rego", tmp_path / "rego"):
        folder.mkdir(parents=True)
    (tmp_path / "pyproject.toml").touch()
    assert location._root("rego", package, tmp_path) == package / "_data" / "rego"


def test_a_folder_of_that_name_beside_no_project_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "rego").mkdir()
    with pytest.raises(PolicyError, match="neither in .*_data nor in") as caught:
        location._root("rego", tmp_path / "lib" / "limen", tmp_path)
    assert "install it again" in caught.value.problems[0].hint


def test_a_checkout_without_the_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    with pytest.raises(PolicyError, match="the folder policies/ is neither"):
        location._root("policies", tmp_path / "src" / "limen", tmp_path)
