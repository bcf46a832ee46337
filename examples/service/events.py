"""EPCIS capture: partners' events come in at the gateway, are queued sealed, and are kept by the trace service.

cmo-events, threepl-events -> epcis-gateway -> publish -> event-broker -> consume -> trace-service
trace-service -> capture -> epcis-repository
trace-service -> digests -> trace-log
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import Any

from examples.service.applications import Handler, Headers
from examples.service.broker import Broker
from examples.service.components import Component, House, hand, receipt
from examples.service.intakes import edge
from examples.service.rows import Rows
from limen.controls.guard.crossed import Crossed
from limen.controls.ingress.intake import Intake
from limen.controls.ledger import Entry
from limen.errors import LimenError
from limen.integrity.strict_json import strict_json
from limen.integrity.tokens import token

_FRAME = frozenset(
    [
        "@context",
        "type",
        "schemaVersion",
        "creationDate",
        "epcisBody",
        "eventList",
        "eventID",
        "eventTime",
        "eventTimeZoneOffset",
        "action",
    ]
)
"""What every EPCIS document says of itself and of the moment; none of it is data of the item."""
_MEANS = {
    "bizStep": ("biz_step",),
    "readPoint": ("read_point",),
    "epcList": ("gtin", "serial"),
    "cbvmda:lotNumber": ("lot",),
    "cbvmda:itemExpirationDate": ("expiry",),
}
"""The declared fields of an event that its members are; another member stands for itself, which nobody declared."""


def fields_of_epcis(payload: bytes) -> Iterable[str]:
    """Return the declared fields in an EPCIS 2.0 document (or in the flat records that follow it), for the guard."""
    found: set[str] = set()
    waiting = [strict_json(payload)]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting += [inner for inner in one if isinstance(inner, dict | list)]
            continue
        for name, value in one.items():
            if name in _MEANS:
                found.update(_MEANS[name])
            elif name in _FRAME or name == "ilmd":
                waiting += [value] if isinstance(value, dict | list) and name != "@context" else []
            else:
                found.add(name)
    return found


class EpcisGateway:
    """Takes partners' events: checked, in canonical form, sealed for whoever may read them, and acknowledged."""

    def __init__(self, house: House, broker: Broker) -> None:
        self.component = Component(house, "epcis-gateway", readers={"epcis-event": fields_of_epcis})
        self._house, self._broker = house, broker
        self._queue = Component(house, "event-broker")
        mac = house.store.secret("intake-token-key")
        self._intake, self.quarantine = edge(house, self.component, "epcis", ledger="trace-log", mac=mac)

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """Return what is done with each flow."""
        return {"cmo-events": self.event, "threepl-events": self.event}

    def event(self, crossed: Crossed, _: Headers) -> dict[str, Any]:
        """Take one EPCIS 2.0 document and return its receipt."""
        me = self.component
        with self._house.redactor.holding(strict_json(crossed.payload)):
            accepted = self._intake.accept(
                "epcis-json", crossed.payload, item="epcis-event", source=crossed.principal.name, message=crossed.record
            )
            for number, record in enumerate(accepted.records(), 1):
                name = f"{crossed.record}.{number}"
                queued = hand("publish", me, self._queue, record, name)
                self._broker.publish(name, queued.payload)
            self._intake.acknowledge(accepted)
            me.log.info(
                "message %s: %d events taken, %d repeated", crossed.record, len(accepted.events), accepted.repeated
            )
        return receipt(crossed, self._house.clock())


class TraceService:
    """Keeps what was queued in the repository, sealed, and a digest of it in the trail."""

    def __init__(self, house: House, broker: Broker, rows: Rows) -> None:
        self.component = Component(house, "trace-service", redelivered=True)
        self.handlers: Mapping[str, Handler] = {}  # it takes what it gets from the broker
        self._house, self._broker, self._rows = house, broker, rows
        self._queue = Component(house, "event-broker")
        self._repository = Component(house, "epcis-repository")
        self._log = Component(house, "trace-log")
        self._intake = Intake(
            house.declaration,
            "trace-service",
            mac=self.component.keyring.mac("serial-token-key"),
            seen=house.folder / "seen-trace.db",
            clock=house.clock,
        )

    def capture(self) -> bool:
        """Keep the next event; return whether there was one."""
        queued = self._broker.next()
        if queued is None:
            return False
        me, house = self.component, self._house
        taken = hand("consume", self._queue, me, queued.envelope, queued.record)
        event = taken.json()
        with house.redactor.holding(event):
            accepted = self._intake.accept(
                "record", taken.payload, item="epcis-event", source="event-broker", message=queued.record
            )
            kept = hand("capture", me, self._repository, event, queued.record)
            self._rows.keep_event(queued.record, kept.wire)
            self._digest(queued.record, event)
            self._intake.acknowledge(accepted)
        self._broker.done(queued.record)
        me.log.info("event %s kept", queued.record)
        return True

    def run(self, stopping: threading.Event) -> None:
        """Keep events until told to stop; what fails stays in the queue and is tried again."""
        while not stopping.is_set():
            try:
                busy = self.capture()
            except LimenError as error:
                self.component.log.error(
                    "an event stays in the queue: %s", getattr(error, "reason", type(error).__name__)
                )
                busy = False
            if not busy:
                stopping.wait(0.2)

    def _digest(self, record: str, event: Mapping[str, Any]) -> None:
        """Prove the event in the trail without repeating its serial."""
        key, secret = self.component.keyring.mac("serial-token-key")
        name = f"{event['gtin']}.{event['serial']}"
        digest = {
            "event_token": token(name, domain="sgtin", key_id=key, key=secret),
            "biz_step": event.get("biz_step", ""),
            "time": self._house.clock().isoformat(timespec="seconds"),
        }
        kept = hand("digests", self.component, self._log, digest, record)
        self._house.ledgers["trace-log"].append(
            Entry(tenant="", actor=self.component.name, action="event.captured", record=record, details=kept.json())
        )
