"""A missing program or file skips with advice, and fails where everything is required."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.needs import need_data, need_program


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An environment with an empty PATH and an empty data folder."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("LIMEN_TEST_DATA", str(tmp_path))
    monkeypatch.delenv("LIMEN_REQUIRE", raising=False)
    return tmp_path


def test_a_missing_program_skips_and_says_what_to_install(bare: Path) -> None:
    with pytest.raises(pytest.skip.Exception, match="go install .*opa@v1"):
        need_program("opa")


def test_a_missing_program_fails_where_all_is_required(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMEN_REQUIRE", "all")
    with pytest.raises(pytest.fail.Exception, match="go install .*opa@v1"):
        need_program("opa")


def test_a_program_on_the_path_is_found(bare: Path) -> None:
    program = bare / "opa"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert need_program("opa") == program


def test_missing_data_skips_and_names_the_variable(bare: Path) -> None:
    with pytest.raises(pytest.skip.Exception, match="set LIMEN_TEST_DATA"):
        need_data("sarif/sarif-schema-2.1.0.json")


def test_missing_data_fails_where_all_is_required(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMEN_REQUIRE", "all")
    with pytest.raises(pytest.fail.Exception, match="set LIMEN_TEST_DATA"):
        need_data("sarif/sarif-schema-2.1.0.json")


def test_data_that_is_there_is_found(bare: Path) -> None:
    (bare / "facts.tsv").write_text("x")
    assert need_data("facts.tsv") == bare / "facts.tsv"
