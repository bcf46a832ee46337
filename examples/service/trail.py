"""The trail: heads of the ledgers to the witness, and an alarm where something is wrong with it."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from examples.service.components import Component, House, demand
from examples.service.neighbours import witness_of
from limen.controls.anchoring import Anchoring
from limen.controls.incident import Incidents
from limen.controls.incident_evidence import ledger_exhibit
from limen.controls.ledger import Entry
from limen.controls.witness import FileWitness, RefusedAnchorError, WitnessError
from limen.errors import LimenError
from limen.integrity.anchors import Anchor, anchor_line

OTHER_HISTORY = 409
ALARMS = {"crossing-log": "trial-alarm", "trace-log": "trace-alarm", "cs-ledger": "cs-alarm"}
ANCHORS = {"crossing-log": "trial-anchor", "trace-log": "trace-anchor", "cs-ledger": "cs-anchor"}
KEYS = {"crossing-log": "trial-anchor-key", "trace-log": "trace-anchor-key", "cs-ledger": "cs-anchor-key"}


class WitnessOverFlow:
    """The witness as a ledger sees it: heads go there by the declared flow, and its file can be read by anybody."""

    def __init__(self, ledger: Component, flow: str, published: FileWitness) -> None:
        self._ledger, self._flow, self._published = ledger, flow, published

    def keep(self, anchor: Anchor) -> Anchor:
        """Send a head, and return it as the witness signed it."""
        record = f"{anchor.ledger}:{anchor.length}:{anchor.at.replace('.', ':')}"
        try:
            answer = self._ledger.send(self._flow, anchor_line(anchor), record)
            if answer.status == OTHER_HISTORY:
                raise RefusedAnchorError("the witness has seen another history of the ledger")
            demand(answer, self._flow)
        except WitnessError:
            raise
        except (LimenError, OSError) as error:
            raise WitnessError(f"the witness keeps nothing now: {type(error).__name__}") from None
        kept = [one for one in self.kept(anchor.ledger) if (one.length, one.head) == (anchor.length, anchor.head)]
        if not kept:
            raise WitnessError("the witness did not keep the head that it was sent")
        return kept[-1]

    def kept(self, ledger: str) -> tuple[Anchor, ...]:
        """Return what the witness published of a ledger."""
        return self._published.kept(ledger)


class Trail:
    """What watches over the ledgers of this process."""

    def __init__(self, house: House) -> None:
        self._house = house
        readers = {"chain-head": lambda _: ("head", "length")}
        self._components = {name: Component(house, name, readers=readers) for name in house.ledgers}
        custodian = self._components["cs-ledger"]
        self.incidents = Incidents(
            house.declaration,
            ledger=house.ledgers["cs-ledger"],
            folder=house.folder / "incidents",
            seal=custodian.keyring.signer(KEYS["cs-ledger"]),
            hook=self.alarm,
            exhibits={name: ledger_exhibit(name, house.stores.endpoint(name)) for name in house.ledgers},
            clock=house.clock,
        )
        published = witness_of(house)
        self.anchoring = [
            Anchoring(
                ledger,
                house.declaration.ledgers[name],
                WitnessOverFlow(self._components[name], ANCHORS[name], published),
                self._components[name].keyring.signer(KEYS[name]),
                actor=name,
                incidents=self.incidents,
            )
            for name, ledger in house.ledgers.items()
        ]

    def alarm(self, alert: Mapping[str, str]) -> None:
        """Wake whoever is on call."""
        ledger = alert.get("ledger") or "cs-ledger"
        said = {"trigger": alert["trigger"], "ledger": ledger, "time": alert["time"]}
        demand(self._components[ledger].send(ALARMS[ledger], said, alert["id"]), ALARMS[ledger])

    def begin(self) -> dict[str, str]:
        """Record that the service started, and give the witness every head, so that nothing before it can go unseen.

        Returns the ledgers whose head it did not keep, and why.
        """
        for name, ledger in self._house.ledgers.items():
            ledger.append(Entry(tenant="", actor=name, action="service.started", record=name))
        return self.give_due(now=True)

    def give_due(self, *, now: bool = False) -> dict[str, str]:
        """Give the witness every head that is due, or all of them `now`; what fails stays due, and is returned."""
        unkept: dict[str, str] = {}
        for anchoring in self.anchoring:
            try:
                anchoring.give(self._house.clock()) if now else anchoring.tick(self._house.clock())
            except LimenError as error:
                unkept[anchoring.ledger.name] = error.problems[0].message
                self._components["cs-ledger"].log.error("an anchor stays due: %s", error.problems[0].message)
        return unkept

    def run(self, stopping: threading.Event) -> None:
        """Give heads as often as declared until told to stop."""
        while not stopping.wait(5):
            self.give_due()
