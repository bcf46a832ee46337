"""What an intake answers: events with a label and a way, or a refusal with all reasons."""

from __future__ import annotations

from typing import Any, Protocol

from limen.controls.identifiers.values import Unshown
from limen.controls.ingress.routing import Route
from limen.controls.refusals import Reason, RefusedError
from limen.errors import Problem
from limen.model.data import Label


class Anything(Protocol):
    """An event of any form."""

    @property
    def key(self) -> str:
        """What it is remembered under; empty where its content stands for it."""

    @property
    def place(self) -> str:
        """Where it stands in its message, in words."""

    def taken_back(self) -> dict[str, Any] | None:
        """Return the content of the event that it takes back; None where it takes none back."""

    def content(self) -> dict[str, Any]:
        """Return all but the id as JSON."""

    def products(self) -> Any:
        """Return each `Ndc` or `Gtin` that it names."""

    def records(self) -> list[dict[str, Any]]:
        """Return it as flat records by field names."""


class Accepted(Unshown, frozen=True, kw_only=True):
    """A message that was let in."""

    item: str
    form: str
    source: str
    tenant: str
    label: Label
    """The declared label of the item: what its events are from now on."""
    events: tuple[Any, ...]
    """The canonical events that weren't acknowledged before: `Event`, `Records` or `Report`."""
    routes: tuple[Route | None, ...]
    """The way of each event; None where it names no product: only shipping units, or an item that is said to
    name none."""
    route: Route | None
    """The strictest of them."""
    repeated: int
    """How many events of the message were here and acknowledged before; they are not among `events`."""
    claims: tuple[str, ...]
    """Ids under which the events are remembered, for `Intake.acknowledge`."""
    fields: tuple[str, ...]
    """The fields that the item declares."""

    def records(self) -> list[dict[str, Any]]:
        """Return the events as flat records of the declared fields only, for the flows that carry the item on."""
        return [
            {name: record[name] for name in self.fields if name in record}
            for event in self.events
            for record in event.records()
        ]


class IntakeRefusedError(RefusedError):
    """A message is refused, and kept in the quarantine; the message tells places and rules, no values."""

    def __init__(self, problems: str | Problem | list[Problem], *, reason: Reason, quarantined: str = "") -> None:
        """Keep all problems, the first one's reason, and the id in the quarantine."""
        super().__init__(problems, reason=reason)
        self.quarantined = quarantined
        """Id in the quarantine; empty where none is declared."""
