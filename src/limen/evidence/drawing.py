"""Drawing a sample from a pack, and saying it as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from limen.evidence import layout
from limen.evidence.leaf_reading import records
from limen.evidence.reading import PackFiles, UnreadableError, open_pack
from limen.evidence.rooted import stated_root
from limen.evidence.sample_recipe import recipe
from limen.evidence.sampling import Decided, Sample, Wanted, sample


def draw(path: Path, wanted: Wanted) -> tuple[Sample, dict[int, str]]:
    """Draw a sample of the decisions of a pack; return it with the subjects of those that are not withheld.

    Raises UsageError as `sample`, and where the pack does not have the root that its Statement says.
    """
    with open_pack(path) as files:
        made = sample(list(_decisions(files)), stated_root(files), wanted)
        drawn = {row.decision.index for row in made.rows}
        subjects = {}
        for record in records(files, layout.DETAILS):
            if record.get("decision") in drawn:
                subjects[record["decision"]] = str(record.get("subject"))
    return made, subjects


def _decisions(files: PackFiles) -> Iterator[Decided]:
    for index, record in enumerate(records(files, layout.DECISIONS)):
        found = [record.get(name) for name in ("rule", "status", "severity", "kind")]
        if not all(isinstance(one, str) for one in found):
            raise UnreadableError(layout.DECISIONS, f"its record {index} is no decision")
        yield Decided(index, *map(str, found))


def as_data(made: Sample, subjects: Mapping[int, str]) -> dict[str, Any]:
    """Return a sample as JSON; the subject of a decision is null where it is withheld."""
    return {
        "format": "limen-sample-1",
        "root": made.root,
        "nonce": made.wanted.nonce,
        "seed": made.seed,
        "asked": made.wanted.size,
        "statuses": list(made.wanted.statuses),
        "rules": list(made.wanted.rules),
        "stratify": made.wanted.stratify,
        "decisions": made.decisions,
        "population": made.population,
        "strata": [{"name": name, "population": size, "drawn": share} for name, (size, share) in made.strata.items()],
        "rows": [
            {**msgspec.to_builtins(row.decision), "subject": subjects.get(row.decision.index), "rank": row.rank}
            for row in made.rows
        ],
        "recipe": recipe(made),
    }
