"""The reference system as a file of its own, for tests that must not stand in this tree."""

from __future__ import annotations

import json
import shutil
from functools import cache
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


@cache
def reference_text() -> str:
    """Return the reference system as one JSON text without includes or aliases, for tests that change it."""
    whole = yaml.safe_load((REPOSITORY / "boundaries.yaml").read_text(encoding="utf-8"))
    for part in sorted(part for pattern in whole.pop("include") for part in REPOSITORY.glob(pattern)):
        text = part.read_text(encoding="utf-8")
        if part.suffix == ".jsonl":
            whole.setdefault("flows", []).extend(json.loads(line) for line in text.splitlines())
        else:
            for section, entries in yaml.safe_load(text).items():
                assert section in ("flows", "probes"), f"{part} declares more than flows and probes"
                whole.setdefault(section, []).extend(entries)
    return json.dumps(whole)
