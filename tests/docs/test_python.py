"""Programs that a document shows as files are typed as strictly as limen: whoever begins with one keeps what it has."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.docs.markdown import blocks
from tests.needs import REPOSITORY


def test_the_programs_of_the_controls_page_are_clean_under_strict_mypy(tmp_path: Path) -> None:
    found = [one for one in blocks(REPOSITORY / "docs" / "controls.md") if one.language == "python" and one.title]
    assert [one.title for one in found] == ["cross.py", "service.py", "visit.py", "handler.py"]
    for one in found:
        (tmp_path / one.title).write_text(one.text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", tmp_path / "cache", *(one.title for one in found)],
        cwd=tmp_path, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_line_of_them_is_wider_than_a_page() -> None:
    found = [one for one in blocks(REPOSITORY / "docs" / "controls.md") if one.language == "python"]
    assert [line for one in found for line in one.text.splitlines() if len(line) > 120] == []
