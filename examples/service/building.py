"""Puts the parts together: which components of boundaries.yaml run in this process, and what each of them does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from examples.service.applications import Application, Handler
from examples.service.broker import Broker
from examples.service.components import Component, House
from examples.service.declared import Request, hosts
from examples.service.dispensing import InventoryService, PatientStore, PharmacyGateway
from examples.service.events import EpcisGateway, TraceService
from examples.service.journals import journals
from examples.service.keys import show_chain_keys
from examples.service.neighbours import Inbox, OnCall, Watcher
from examples.service.pki import write_private
from examples.service.rows import Rows, registered
from examples.service.serving import Server
from examples.service.stores import JUDGED
from examples.service.submissions import Packager
from examples.service.tls import context
from examples.service.trail import Trail
from examples.service.transfers import TransferHub
from limen.controls.guard.middleware import GuardMiddleware


class Running(NamedTuple):
    """One component behind its port."""

    component: Component
    application: GuardMiddleware


class Service:
    """Everything that runs in this process."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.broker = Broker(house.folder / "broker.db")
        gateway = Component(house, "pharmacy-gateway")  # it is granted the master key of tenants' ids
        self.trail = Trail(house)
        house.alerts.incidents = self.trail.incidents
        registry, incidents = house.stores.registry(), self.trail.incidents
        tenants = registered(registry, house.declaration, gateway.keyring, incidents, house.clock())
        self.rows = Rows(house.stores.engine(), tenants)
        self.trace = TraceService(house, self.broker, self.rows)
        ours: list[Any] = [
            EpcisGateway(house, self.broker),
            self.trace,
            PharmacyGateway(house),
            PatientStore(house, self.rows),
            InventoryService(house, self.rows),
            TransferHub(house),
            Packager(house, self.rows),
        ]
        theirs: list[Any] = [Inbox(house, "pharmacy-022"), Inbox(house, "sponsor"), Watcher(house), OnCall(house)]
        self.ours = [one.component.name for one in ours]
        """Our own components: they have logs, which can be searched."""
        self.running = {one.component.name: self._running(one) for one in (*ours, *theirs) if one.handlers}
        self._stopping = threading.Event()
        self._threads = [self._thread(self.trace.run), self._thread(self.trail.run)]
        journals(house.folder, self.ours, house.redactor)

    def listen(self, server: Server, port: int) -> dict[str, str]:
        """Open a port for each component; return the pins of their keys."""
        pins = {}
        for number, (name, running) in enumerate(self.running.items()):
            held = self.house.authority.server(name, running.component.identity, hosts()[name])
            pins[name] = held.pin
            made = context(held, self.house.authority.certificate)
            self.house.ports[name] = server.listen(running.application, made, port + number if port else 0)
        return pins

    def probes(self) -> dict[str, Callable[[Request], Request | None]]:
        """Return how the reference's requests are made of the stores of this process."""
        found: dict[str, Callable[[Request], Request | None]] = {"ledger": self._ledger_probe}
        if self.house.stores.rows == "postgresql":
            found["tenancy"] = self._tenancy_probe
        if self.house.vault is not None:
            write_private(self.house.folder / "secrets" / "kms-probe", self.house.vault.auditor().encode())
            found["kms"] = self._kms_probe
        return found

    def start(self) -> dict[str, str]:
        """Begin with what is done by the clock; the witness is given every ledger's head first.

        Returns the ledgers whose head it did not keep, and why.
        """
        unkept = self.trail.begin()
        for thread in self._threads:
            thread.start()
        return unkept

    def stop(self) -> None:
        """End what is done by the clock, give the witness what it has not seen, and close what is open."""
        self._stopping.set()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()
        self.trail.give_due(now=True)

    def close(self) -> None:
        """Close what is open, once nobody calls any more."""
        self.trail.incidents.close()
        self.broker.close()
        self.rows.close()
        for ledger in self.house.ledgers.values():
            ledger.close()

    def _ledger_probe(self, request: Request) -> Request:
        name, witness = request["ledger"], self.house.folder / "witness"
        chain = self.house.declaration.ledgers[name].chain
        keys = show_chain_keys(self.house.folder, self.house.store, str(chain.key) if chain else "")
        told = {"anchors": str(witness / "anchors.jsonl"), "witness": str(witness / "witness.pem"), "chain_keys": keys}
        return self.house.stores.asked(request | {"options": request["options"] | told})

    def _tenancy_probe(self, request: Request) -> Request | None:
        here = request["component"] in JUDGED
        return self.house.stores.tenancy_asked(request, self.rows.tenants) if here else None

    def _kms_probe(self, request: Request) -> Request:
        vault = self.house.vault
        address = vault.address if vault else ""
        return request | {"endpoint": address, "credential": f"file:{self.house.folder / 'secrets' / 'kms-probe'}"}

    def _running(self, one: Any) -> Running:
        component: Component = one.component
        handlers: Mapping[str, Handler] = one.handlers
        application = Application(handlers, getattr(one, "reading", None))
        return Running(component, application.guarded(component.guard, self.house.callers))

    def _thread(self, run: Callable[[threading.Event], None]) -> threading.Thread:
        return threading.Thread(target=run, args=(self._stopping,), daemon=True)
