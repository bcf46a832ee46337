"""Dispensing: who got what goes to the patients' store, field by field encrypted; what left the cabinet to the stock.

dispense-014 -> pharmacy-gateway -> dispense-in -> patient-store
movement-014 -> pharmacy-gateway -> movement-in -> inventory-service
inventory-service -> keep-stock -> inventory-db
inventory-service -> entries -> cs-ledger
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from examples.service.applications import Handler, Headers
from examples.service.components import Component, House, demand, hand, receipt
from examples.service.intakes import edge
from examples.service.rows import Rows
from limen.controls.guard.crossed import Crossed
from limen.controls.incident import Facts
from limen.controls.ingress.accepted import Accepted, IntakeRefusedError
from limen.controls.ingress.intake import Intake
from limen.controls.ledger import Entry
from limen.integrity.tokens import token


class PharmacyGateway:
    """Takes prescriptions and movements of every pharmacy, each its own and none another's."""

    def __init__(self, house: House) -> None:
        self.component = me = Component(house, "pharmacy-gateway")
        self._house = house
        mac = house.store.secret("intake-token-key")
        products = {"dispense-record": {"drug": "ndc"}}  # else a discontinued drug would come in unlooked at
        self._intake, self.quarantine = edge(house, me, "pharmacies", ledger="cs-ledger", mac=mac, products=products)

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """Return what is done with each flow: the same for each pharmacy that is enrolled."""
        mine = [flow for flow in self._house.declaration.flows if flow.target == self.component.name]
        return {flow.id: self.dispensed if "dispense-record" in (flow.carries or ()) else self.moved for flow in mine}

    def dispensed(self, crossed: Crossed, _: Headers) -> dict[str, Any]:
        """Hand what was dispensed to the patients' store, and return a receipt."""
        return self._forwarded(crossed, "dispense-in")

    def moved(self, crossed: Crossed, _: Headers) -> dict[str, Any]:
        """Hand a movement to the inventory, and return a receipt."""
        return self._forwarded(crossed, "movement-in")

    def _forwarded(self, crossed: Crossed, flow: str) -> dict[str, Any]:
        me = self.component
        with self._house.redactor.holding(crossed.json()):
            accepted = self._accepted(crossed)
            for record in accepted.records():
                demand(me.send(flow, record, crossed.record, crossed.tenant), flow)
            self._intake.acknowledge(accepted)
            me.log.info("message %s of %s went on by %s", crossed.record, crossed.tenant, flow)
        return receipt(crossed, self._house.clock())

    def _accepted(self, crossed: Crossed) -> Accepted:
        """Return what came in; a product of another schedule than it is said to have starts an incident."""
        try:
            return self._intake.accept(
                "record",
                crossed.payload,
                item=crossed.item,
                source=crossed.principal.name,
                tenant=crossed.tenant,
                message=crossed.record,
            )
        except IntakeRefusedError as refused:
            if refused.reason in ("mismatch", "schedule_unknown"):
                facts = Facts(
                    reason=refused.reason, flow=crossed.flow, component=self.component.name, tenant=crossed.tenant
                )
                self._house.alerts.report("schedule-anomaly", facts)
            raise


class PatientStore:
    """Keeps what was dispensed as it came: the fields that name a person sealed, the rest searchable."""

    def __init__(self, house: House, rows: Rows) -> None:
        self.component = Component(house, "patient-store")
        self._house, self._rows = house, rows
        self.handlers: Mapping[str, Handler] = {"dispense-in": self.keep}

    def keep(self, crossed: Crossed, _: Headers) -> None:
        """Keep one record under its tenant."""
        with self._house.redactor.holding(crossed.json()):
            self._rows.keep("dispensing", crossed.tenant, crossed.record, crossed.wire)
            self.component.log.info("record %s kept for %s", crossed.record, crossed.tenant)


class InventoryService:
    """Keeps the perpetual inventory, and an entry of each movement in the ledger of controlled substances."""

    def __init__(self, house: House, rows: Rows) -> None:
        self.component = me = Component(house, "inventory-service")
        self._house, self._rows = house, rows
        self._database = Component(house, "inventory-db")
        self._ledger = Component(house, "cs-ledger")
        self._intake = Intake(
            house.declaration,
            me.name,
            mac=me.keyring.mac("movement-token-key"),
            seen=house.folder / "seen-inventory.db",
            clock=house.clock,
        )
        self.handlers: Mapping[str, Handler] = {"movement-in": self.move}

    def move(self, crossed: Crossed, _: Headers) -> None:
        """Keep one movement, and its entry."""
        me, tenant, record = self.component, crossed.tenant, crossed.record
        with self._house.redactor.holding(crossed.json()):
            accepted = self._intake.accept(
                "record", crossed.payload, item=crossed.item, source="pharmacy-gateway", tenant=tenant, message=record
            )
            for movement in accepted.records():
                kept = hand("keep-stock", me, self._database, movement, record, tenant, item="cs-movement")
                self._rows.keep("stock", tenant, record, kept.wire)
                self._enter(movement, record, tenant)
            self._intake.acknowledge(accepted)
            me.log.info("movement %s of %s kept", record, tenant)

    def _enter(self, movement: Mapping[str, Any], record: str, tenant: str) -> None:
        """Record a movement (21 CFR 1304.21): a token, its schedule, how many and when."""
        key, secret = self.component.keyring.mac("movement-token-key")
        name = f"{movement['ndc']}|{movement['lot']}|{movement['rx_token']}"
        entry = {
            "movement_token": token(name, domain="movement", key_id=key, key=secret),
            "schedule": movement["schedule"],
            "quantity": movement["quantity"],
            "time": self._house.clock().isoformat(timespec="seconds"),
        }
        kept = hand("entries", self.component, self._ledger, entry, record, tenant)
        self._house.ledgers["cs-ledger"].append(
            Entry(tenant=tenant, actor=self.component.name, action="cs.moved", record=record, details=kept.json())
        )
