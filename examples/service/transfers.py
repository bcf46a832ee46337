"""Transfers of stock between two pharmacies: the hub passes on, and the ledger holds where each one stands.

pharmacy-014 -> out-014 -> transfer-hub -> in-014-022 -> pharmacy-022 -> ack-022 -> transfer-hub: reconciled
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from examples.service.applications import Handler, Headers
from examples.service.components import Component, House, demand
from examples.service.intakes import edge
from limen.controls.guard.crossed import Crossed
from limen.controls.transfer import Transfers

TOKEN_HEADER, TOKEN_KEY = "limen-transfer-token", "transfer-token-key"


class TransferHub:
    """Opens an order for one pharmacy and seals it for the other; keeps nothing but the trail."""

    def __init__(self, house: House) -> None:
        self.component = me = Component(house, "transfer-hub")
        self._house = house
        self.transfers = Transfers(
            house.declaration, ledger=house.ledgers["cs-ledger"], keys=me.keyring, token_key=TOKEN_KEY
        )
        mac = me.keyring.mac(TOKEN_KEY)
        self._intake, self.quarantine = edge(house, me, "transfers", ledger="cs-ledger", mac=mac)
        self._onward = {one.id: next(flow for flow in one.flows if flow.startswith("in-")) for one in _transfers(house)}

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """Return what is done with each flow, for the pharmacies on both ends."""
        mine = [flow for flow in self._house.declaration.flows if flow.target == self.component.name]
        return {flow.id: self.order if "transfer-order" in (flow.carries or ()) else self.acknowledge for flow in mine}

    def order(self, crossed: Crossed, _: Headers) -> dict[str, Any]:
        """Record an order, announce it to the receiver with a token, and return where the transfer stands."""
        me, record, actor = self.component, crossed.record, crossed.principal.name
        content = crossed.json()
        with self._house.redactor.holding(content):
            accepted = self._accepted(crossed)
            self.transfers.propose(
                crossed.signed, record=record, tenant=crossed.tenant, actor=actor, now=self._house.clock()
            )
            announced = self.transfers.announce(record, actor=me.name, now=self._house.clock())
            onward = self._onward[record.partition("/")[0]]
            demand(me.send(onward, crossed.payload, record, **{TOKEN_HEADER: announced.token}), onward)
            self._intake.acknowledge(accepted)
            me.log.info("transfer %s is %s", record, announced.standing.state)
        return {"transfer_id": record, "state": announced.standing.state}

    def acknowledge(self, crossed: Crossed, headers: Headers) -> None:
        """Record the receiver's own count."""
        with self._house.redactor.holding(crossed.json()):
            accepted = self._accepted(crossed)
            standing = self.transfers.acknowledge(
                crossed.signed,
                record=crossed.record,
                token=headers.get(TOKEN_HEADER, ""),
                tenant=crossed.tenant,
                actor=crossed.principal.name,
                now=self._house.clock(),
            )
            self._intake.acknowledge(accepted)
            self.component.log.info("transfer %s is %s", crossed.record, standing.state)

    def _accepted(self, crossed: Crossed) -> Any:
        return self._intake.accept(
            "record",
            crossed.payload,
            item=crossed.item,
            source=crossed.principal.name,
            tenant=crossed.tenant,
            message=crossed.record,
        )


def _transfers(house: House) -> Any:
    return house.declaration.transfers
