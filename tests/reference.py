"""The reference system as a file of its own, for tests that must not stand in this tree."""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

from tests.needs import REPOSITORY


def copy_reference(to: Path) -> Path:
    """Copy boundaries.yaml and the files that it includes into a folder; return the copy of boundaries.yaml."""
    declared = yaml.safe_load((REPOSITORY / "boundaries.yaml").read_text(encoding="utf-8"))
    parts = [part for pattern in declared.get("include", ()) for part in sorted(REPOSITORY.glob(pattern))]
    for source in (REPOSITORY / "boundaries.yaml", *parts):
        target = to / source.relative_to(REPOSITORY)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
    return to / "boundaries.yaml"
