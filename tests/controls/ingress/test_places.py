"""Every component of the reference with an `ingress` block can be the place of an intake."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec import UNSET

from limen.controls.ingress.intake import Intake
from limen.controls.ingress.places import entry_of, label_text
from tests.controls.ingress.ingress_bench import MAC, NAMED, Bench, declaration, directory

COMPONENTS = sorted(name for name, place in declaration().components.items() if place.ingress is not UNSET)
# What a declared flow takes to the quarantine, sealed; or anything, where there is no quarantine.
CLOSED = {"epcis-gateway": {"verification-request"}, "verification-router": {"epcis-event"}}


@pytest.mark.parametrize("component", COMPONENTS)
def test_every_ingress_of_the_reference(component: str) -> None:
    block: Any = declaration().components[component].ingress
    entry = entry_of(declaration(), component)
    both = set(block.classifies) & set(block.validates)
    assert set(entry.items) == both - CLOSED.get(component, set())
    assert {name for name, (reason, _) in entry.closed.items() if reason == "undeclared_route"} == CLOSED.get(
        component, set()
    )
    assert set(entry.ways) == (set(entry.items) if entry.quarantine else set())
    assert {way.key for way in entry.ways.values()} <= {"quarantine-key"}


@pytest.mark.parametrize("component", COMPONENTS)
def test_an_intake_opens_there(component: str, tmp_path: Path) -> None:
    entry = entry_of(declaration(), component)
    bench = Bench(tmp_path)
    intake = Intake(
        declaration(),
        component,
        mac=MAC,
        seen=tmp_path / "other.sqlite",
        directory=directory() if entry.refuses else None,
        quarantine=bench.quarantine if entry.quarantine else None,
        products=NAMED.get(component),
    )
    intake.close()
    bench.close()


def test_labels_in_words() -> None:
    labels = entry_of(declaration(), "pharmacy-gateway").labels
    assert label_text(labels["cs-movement"]) == "restricted {controlled-substance}"
