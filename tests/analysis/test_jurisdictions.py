"""Names of jurisdictions."""

from __future__ import annotations

import pytest

from limen.analysis.jurisdictions import misnamed, stateless


@pytest.mark.parametrize(
    ("names", "wrong", "without_state"),
    [
        (["US", "US-IA"], [], False),
        (["US"], [], True),
        (["US-IA"], ["US-IA"], False),
        (["US", "US-ZZ"], ["US-ZZ"], False),
        (["XX"], ["XX"], False),
        (["DE", "DE-BY"], [], False),
        (["DE", "DE-"], ["DE-"], False),
        (["EU", "us", "Iowa"], ["Iowa", "us"], False),
        ([], [], False),
    ],
)
def test_jurisdictions(names: list[str], wrong: list[str], without_state: bool) -> None:
    assert misnamed(names) == wrong
    assert stateless(names) is without_state
