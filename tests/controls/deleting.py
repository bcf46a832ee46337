"""A ledger that can be deleted from, with everything that must be there before anything is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from limen.controls.anchoring import Anchoring
from limen.controls.deletion import Deletions
from limen.controls.deletion_approval import Approver, Request, approve
from limen.controls.ledger import Entry, Head
from limen.controls.legal_hold import Holds
from limen.controls.segment_files import Segment
from limen.controls.segments import open_segmented
from limen.controls.witness import FileWitness
from limen.integrity.signatures import Signer, key_signer, new_ed25519
from limen.model.data import DataItem
from limen.model.declaration import Declaration, System
from limen.model.flows import Audit, Flow
from limen.model.ledgers import Anchors, Deletion, Tier
from limen.model.ledgers import Ledger as Declared
from limen.model.places import Component

NOW = datetime(2019, 3, 1, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)
KEY = ("audit", bytes(range(32)))
ANCHORER, WITNESS, OFFICER, COUNSEL, STRANGER = (key_signer(new_ed25519()) for _ in range(5))
APPROVERS = (
    Approver(function="records-officer", person="Ana Ferreira", key=OFFICER.key),
    Approver(function="legal-counsel", person="Tom Okafor", key=COUNSEL.key),
)


def declared(**given: Any) -> Declaration:
    ledger: dict[str, Any] = {
        "component": "log",
        "anchors": Anchors(every="P1D", to="witness"),
        "tiers": (Tier(name="hot", until="P30D"), Tier(name="warm", until="P60D")),
        "legal_hold": "supported",
        "deletion": Deletion(approvers=("records-officer", "legal-counsel"), logged=True),
    }
    return Declaration(
        version=1,
        system=System(id="t"),
        data={"movement": DataItem(retention="P100D"), "other": DataItem(retention="P900D")},
        components={"log": Component(zone="records", kind="ledger")},
        flows=(Flow(id="f", source="a", target="b", carries=("movement",), returns=(), audit=Audit(ledger="log")),),
        ledgers={"log": Declared(**{name: value for name, value in (ledger | given).items() if value is not None})},
    )


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Place:
    """A ledger, its witness, its holds and its deletions; what must be kept, must be for 100 days."""

    def __init__(self, folder: Path, **given: Any) -> None:
        self.folder, self.clock = folder, Clock()
        self.declaration = declared(**given)
        self.witness = FileWitness.create(folder / "anchors.jsonl", WITNESS, submitter=ANCHORER.key, clock=self.clock)
        self.open()

    def open(self, disk: Any = None) -> None:
        self.ledger = open_segmented(self.folder, name="log", key=KEY, clock=self.clock, disk=disk)
        self.anchoring = Anchoring(
            self.ledger, self.declaration.ledgers["log"], self.witness, ANCHORER, tenant="t", actor="limen"
        )
        self.holds = Holds(self.ledger, tenant="t")
        self.deletions = self.deleting()

    def deleting(self, **given: Any) -> Deletions:
        usual: dict[str, Any] = {
            "approvers": APPROVERS,
            "holds": self.holds,
            "anchoring": self.anchoring,
            "tenant": "t",
        }
        return Deletions(given.pop("declaration", self.declaration), "log", self.ledger, **(usual | given))

    def later(self, days: float) -> datetime:
        self.clock.now += days * DAY
        return self.clock.now

    def grow(self, count: int = 3, tenant: str = "t") -> None:
        for number in range(count):
            self.ledger.append(Entry(tenant=tenant, actor="a", action="b", record=f"r-{number}"))

    def cut(self) -> Segment:
        """Anchor the ledger and cut it there."""
        kept = self.anchoring.give(self.clock.now)
        made = self.ledger.cut(Head(hash=kept.head, length=kept.length))
        assert made is not None
        return made

    def approvals(self, request: Request, **given: Any) -> list[bytes]:
        return [self.approval(request, one.function, one.person, signer, **given) for one, signer in SIGNERS]

    def approval(self, request: Request, function: str, person: str, signer: Signer, **given: Any) -> bytes:
        usual: dict[str, Any] = {"now": self.clock.now}
        return approve(request, function=function, person=person, signer=signer, **(usual | given))

    def records(self) -> list[int]:
        return [line.seq for line in self.ledger.read()]

    def bodies(self) -> list[str]:
        return sorted(path.name for path in self.folder.glob("log-*.jsonl"))

    def actions(self, start: int = 1) -> Sequence[str]:
        return [line.action for line in self.ledger.read(start)]


SIGNERS = tuple(zip(APPROVERS, (OFFICER, COUNSEL), strict=True))
