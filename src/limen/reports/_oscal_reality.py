"""Claims as observations: what is declared, inherited, derived and observed, side by side."""

from __future__ import annotations

from itertools import islice
from typing import Any

from limen.reports._oscal_dossier import Dossier
from limen.reports._oscal_text import line, props, prose
from limen.reports._reality import CLAIM_WORDS, Shown, of_reality, shown, side_by_side

MOST_CLAIMS = 2_000
"""Claims that are observations of their own, the worst first; the remarks count all of them."""


def claim_observations(dossier: Dossier) -> list[dict[str, Any]]:
    """Return an observation for each claim, the worst first; none in a design assessment."""
    if not of_reality(dossier.assessment):
        return []
    return [_observation(dossier, claim) for claim in islice(shown(dossier.assessment), MOST_CLAIMS)]


def _observation(dossier: Dossier, claim: Shown) -> dict[str, Any]:
    row = claim.row
    index = dossier.places.index("claim", row.subject)
    where = () if index is None else dossier.places.of("claim", index)
    subjects = [{"subject-uuid": dossier.component(name), "type": "component"} for name in where]
    return {
        "uuid": dossier.ids.passing("claim", row.subject),
        "title": line(f"{row.claim} of {row.section} {row.name}: {CLAIM_WORDS[claim.state]}"),
        "description": prose(side_by_side(claim)),
        "props": props(claim=row.subject, state=claim.state, probe=row.probe, attempt=row.attempt,
                       provenance=row.provenance, place=str(dossier.typed(row.location))),
        "methods": ["TEST" if row.agrees is not None else "UNKNOWN"],
        "types": ["discovery"],
        "origins": [dossier.origin()],
        "subjects": subjects or [{"subject-uuid": dossier.system, "type": "component"}],
        "collected": dossier.assessment.assessed_at,
    }  # fmt: skip
