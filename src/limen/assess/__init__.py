"""The pipelines: the only place that wires the parts together; from a declaration to an assessment, a pack and back."""

from limen.assess.assessing import (
    BASELINE_FILE,
    WAIVERS_FILE,
    Assessed,
    Progress,
    Request,
    assess,
    locator,
    moment,
    places_as_typed,
)

__all__ = [
    "BASELINE_FILE",
    "WAIVERS_FILE",
    "Assessed",
    "Progress",
    "Request",
    "assess",
    "locator",
    "moment",
    "places_as_typed",
]
