"""The reference system can hardly be weakened in one place unnoticed: the score that the project promises."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.needs import REPOSITORY, unmeasured

pytestmark = pytest.mark.xdist_group("mutation")  # begun first (tests/conftest.py): nothing else takes as long

PROMISED = 0.98


def test_the_reference_system_reaches_the_promised_score(tmp_path: Path) -> None:
    """Every declared scalar and list entry counts; what is left out is left out by a proof that this run computed.

    Without coverage, which would take as long again: what runs here, test_declaration_mutation.py covers.
    """
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "limen", "mutate", "declaration", str(REPOSITORY / "boundaries.yaml")),
            *("--as-of", "2026-11-22", "--format", "json", "--journal", str(tmp_path / "journal")),
        ],
        capture_output=True,
        text=True,
        env=unmeasured(),
        cwd=tmp_path,
        timeout=1500,
    )
    assert ran.stdout, ran.stderr
    score = json.loads(ran.stdout)
    survivors = "\n".join(map(str, score["survivors"]))
    assert (ran.returncode, score["known_findings"]) == (0, []), ran.stderr + survivors
    assert score["places"] == score["caught"] + score["equivalent"] + score["survived"] > 4500
    assert (score["partial"], score["problems"]) == (False, [])
    assert score["score"] >= PROMISED, survivors
