"""What a component at the edge takes records with: who checks them, and where those wait that can't be taken."""

from __future__ import annotations

from collections.abc import Mapping

from examples.service.components import Component, House
from limen.controls.ingress.intake import Intake
from limen.controls.ingress.quarantine import Quarantine


def edge(
    house: House,
    component: Component,
    name: str,
    *,
    ledger: str,
    mac: tuple[str, bytes],
    products: Mapping[str, Mapping[str, str]] | None = None,
) -> tuple[Intake, Quarantine]:
    """Return a component's intake and its quarantine, in files of that name; `mac` makes tokens of what was seen.

    `products` are the fields of items that name a product under another name than ndc, gtin or sgtin.
    """
    quarantine = Quarantine(
        house.folder / f"quarantine-{name}.db",
        component="quarantine",
        actor=component.name,
        seals=component.keyring.seals,
        ledger=house.ledgers[ledger],
    )
    intake = Intake(
        house.declaration,
        component.name,
        mac=mac,
        seen=house.folder / f"seen-{name}.db",
        directory=house.directory,
        quarantine=quarantine,
        products=products,
        clock=house.clock,
    )
    return intake, quarantine
