"""The components of the declaration that run in this process: each with its own guard, keys, certificate and port."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from OpenSSL import SSL

from examples.service.callers import Callers
from examples.service.calling import Answer, ask
from examples.service.keys import keyring
from examples.service.pki import Authority
from examples.service.stores import Stores
from examples.service.tls import context
from examples.service.vault import Vault
from limen.adapters.key_providers.key_store import KeyStore
from limen.controls.guard.content import Reader
from limen.controls.guard.crossed import Crossed
from limen.controls.guard.guard import Guard
from limen.controls.guard.replays import Replays
from limen.controls.incident import Facts, Incidents
from limen.controls.ingress.directory import Directory
from limen.controls.keyring import Custodian
from limen.controls.ledger import Ledger
from limen.controls.principals import Principal
from limen.controls.redaction import Redactor
from limen.controls.refusals import RefusedError
from limen.errors import Problem
from limen.loading.load import Loaded
from limen.model.declaration import Declaration
from limen.model.operations import Trigger

_LEFT, _SESSION = timedelta(minutes=20), timedelta(minutes=14)
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class Alerts:
    """Passes incidents on once there is somebody who takes them: guards are there before their ledgers' keepers."""

    def __init__(self) -> None:
        self.incidents: Incidents | None = None

    def report(self, trigger: Trigger, facts: Facts) -> None:
        """Report a failure; never raises."""
        if self.incidents is not None:
            self.incidents.report(trigger, facts)


class House(msgspec.Struct, frozen=True, kw_only=True):
    """What the components of one process share, as they would share a platform."""

    folder: Path
    loaded: Loaded
    store: KeyStore
    """The keys that lie in the folder."""
    custodian: Callable[[str], Custodian]
    """Who keeps a component's keys."""
    authority: Authority
    ledgers: Mapping[str, Ledger]
    callers: Callers
    redactor: Redactor
    directory: Directory
    stores: Stores
    vault: Vault | None
    """The key service; None where the folder's file stands for it."""
    alerts: Alerts
    """Who hears of failing cryptography and the like."""
    ports: dict[str, int]
    """Where each component listens, here or elsewhere."""
    clock: Clock = utc_now

    @property
    def declaration(self) -> Declaration:
        """Return what was declared."""
        return self.loaded.declaration


class Component:
    """One component: what it sends and receives passes its guard, with its own keys and under its own name."""

    def __init__(
        self, house: House, name: str, *, readers: Mapping[str, Reader] | None = None, redelivered: bool = False
    ) -> None:
        """Make its guard; `redelivered` says that what it gets may come again after a crash, and is no replay then."""
        self.house, self.name = house, name
        self.log = logging.getLogger(f"service.{name}")
        self._declared = house.declaration.components[name]
        self._flows = {flow.id: flow for flow in house.declaration.flows}
        self.keyring = keyring(house.custodian(name), house.declaration, name)
        ledgers = self._ledgers()
        replays = Replays()
        for ledger in ledgers.values():
            replays.remember(ledger.read())
        self.guard = Guard(
            house.loaded,
            name,
            keyring=self.keyring,
            ledgers=ledgers,
            clock=house.clock,
            replays=None if redelivered else replays,
            readers=readers,
            incidents=house.alerts,
        )
        self._lock = threading.Lock()
        self._renew()

    @property
    def identity(self) -> str:
        """Return its declared SPIFFE id."""
        return str(self._declared.identity)

    def me(self, flow: str) -> Principal:
        """Return this component as the caller of a flow that it opens."""
        declared = self._flows[flow].authn
        return Principal(
            name=self.name,
            identity=self.identity,
            roles=frozenset(self._declared.roles),
            tenant=self._declared.tenant or "",
            method=declared.method if declared else "none",
            until=self._credential()[1],
        )

    def person(self, name: str, flow: str, now: datetime) -> Principal:
        """Return a person who uses this component, as the company's login showed them."""
        declared, method = self.house.declaration.principals[name], self._flows[flow].authn
        return Principal(
            name=name,
            identity=name,
            roles=frozenset(declared.roles),
            method=method.method if method else "none",
            until=now + _SESSION,
        )

    def send(self, flow: str, payload: bytes | dict[str, Any], record: str, tenant: str = "", **headers: str) -> Answer:
        """Let a payload cross to the component at the other end, over mutual TLS."""
        crossed = self.guard.cross(flow, self.me(flow), payload, record=record, tenant=tenant)
        return self.deliver(flow, crossed.payload, record, tenant, **headers)

    def deliver(
        self, flow: str, protected: bytes, record: str, tenant: str = "", *, method: str = "POST", **headers: str
    ) -> Answer:
        """Send what is protected already to the target of a flow."""
        target = self._flows[flow].target
        identity = str(self.house.declaration.components[target].identity)
        named = {"limen-record": record} | ({"limen-tenant": tenant} if tenant else {}) | headers
        return ask(
            self.house.ports[target],
            f"/{flow}",
            protected,
            method=method,
            context=self.tls(),
            identity=identity,
            headers=named,
        )

    def _ledgers(self) -> dict[str, Ledger]:
        """Return the ledgers in which this component records."""
        wanted = set()
        for flow in self._flows.values():
            recording = {"from": (flow.source,), "to": (flow.target,), "both": (flow.source, flow.target)}
            if flow.audit and self.name in recording[flow.audit.by]:
                wanted.add(flow.audit.ledger)
        return {name: ledger for name, ledger in self.house.ledgers.items() if name in wanted}

    def tls(self) -> SSL.Context:
        """Return what it shows who it is with, for an hour at most."""
        return self._credential()[0]

    def _credential(self) -> tuple[SSL.Context, datetime]:
        with self._lock:
            if self._until - utc_now() < _LEFT:
                self._renew()
            return self._context, self._until

    def _renew(self) -> None:
        held = self.house.authority.client(self.identity)
        self._until = held.certificate.not_valid_after_utc
        self._context = context(held, self.house.authority.certificate)


def hand(
    flow: str,
    sender: Component,
    receiver: Component,
    payload: bytes | dict[str, Any],
    record: str,
    tenant: str = "",
    *,
    item: str | None = None,
) -> Crossed:
    """Let a payload cross between two components of this process: out by one guard, in by the other."""
    sent = sender.guard.cross(flow, sender.me(flow), payload, item=item, record=record, tenant=tenant)
    return receiver.guard.cross(flow, sender.me(flow), sent.payload, item=item, record=record, tenant=tenant)


def demand(answer: Answer, flow: str) -> Answer:
    """Return an answer by success; raises RefusedError for any other, so that nothing counts as done that is not."""
    if not 200 <= answer.status < 300:
        problem = Problem(
            message=f"the other end of {flow} answered {answer.status}", hint="see its log and the ledger"
        )
        raise RefusedError(problem, reason="content_refused" if answer.status < 500 else "internal")
    return answer


def receipt(crossed: Crossed, now: datetime) -> dict[str, str]:
    """Return the receipt of a message: its number and the time."""
    return {"message_id": crossed.record, "received_at": now.isoformat(timespec="seconds")}
