"""What is generated is what would be generated now, and generating leaves nothing stale behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from docs.generate import generate
from limen.policy.catalog import load_catalog
from tests.needs import REPOSITORY


def test_nothing_generated_has_drifted() -> None:
    command = [sys.executable, "-m", "docs.generate", "--check"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, ""), "run: make docs"


def test_generating_again_writes_nothing_and_removes_what_is_stale(tmp_path: Path) -> None:
    def steps() -> dict[str, bytes]:
        return {"docs/rules/a.md": b"a\n", "schema/b.json": b"{}\n"}

    stale = tmp_path / "docs" / "rules" / "gone.md"
    stale.parent.mkdir(parents=True)
    stale.write_text("gone\n")
    everything = ["docs/rules/a.md", "schema/b.json", "docs/rules/gone.md"]
    assert generate(tmp_path, (steps,), check=True) == everything
    assert stale.exists()
    assert not (tmp_path / "schema").exists()
    assert generate(tmp_path, (steps,), check=False) == everything
    assert not stale.exists()
    assert (tmp_path / "schema" / "b.json").read_bytes() == b"{}\n"
    assert generate(tmp_path, (steps,), check=False) == []
    (tmp_path / "schema" / "b.json").write_bytes(b"[]\n")
    assert generate(tmp_path, (steps,), check=True) == ["schema/b.json"]


def test_a_later_step_reads_what_an_earlier_one_wrote(tmp_path: Path) -> None:
    def first() -> dict[str, bytes]:
        return {"schema/a.json": b"1"}

    def second() -> dict[str, bytes]:
        return {"schema/b.json": (tmp_path / "schema" / "a.json").read_bytes()}

    assert generate(tmp_path, (first, second), check=False) == ["schema/a.json", "schema/b.json"]


def test_every_rule_has_its_page_and_every_page_its_rule() -> None:
    pages = {path.stem for path in (REPOSITORY / "docs" / "rules").glob("*.md")} - {"README"}
    assert pages == set(load_catalog().rules)


def test_a_rule_page_has_its_parts() -> None:
    for path in (REPOSITORY / "docs" / "rules").glob("*.*.md"):
        heads = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("## ")]
        expected = ["Summary", "Avoid", "Prefer", "Rationale", "Remediation", "Checks", "Controls", "Asked for by"]
        assert [head for head in heads if head not in ("## Parameters", "## See also")] == [
            f"## {one}" for one in expected
        ], path
