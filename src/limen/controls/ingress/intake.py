"""The threshold: what comes in is validated, canonicalised, classified and routed, or refused and kept apart.

    intake = Intake(declaration, "epcis-gateway", mac=keyring.mac("…"), seen=…, directory=…, quarantine=…, clock=…)
    accepted = intake.accept("epcis-json", raw, item="epcis-event", source="cmo")
    …keep accepted.events…
    intake.acknowledge(accepted)

A message is accepted whole or refused whole: half of a report is another report. Whatever is wrong with the message
sends it to the quarantine with all reasons; whatever is wrong with us (a stale directory, a full disk) refuses it
unkept, so that its sender tries again. Serves NIST SP 800-53 SI-10, AC-4, AC-16; 21 CFR 11.10(a); FD&C Act 582(c)(4).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from limen.controls.envelope import Envelopes
from limen.controls.identifiers import Gtin, Ndc
from limen.controls.ingress.accepted import Accepted, Anything, IntakeRefusedError
from limen.controls.ingress.directory import Directory
from limen.controls.ingress.forms import Form, read
from limen.controls.ingress.places import Entry, entry_of
from limen.controls.ingress.products import products_of
from limen.controls.ingress.quarantine import Held, Quarantine
from limen.controls.ingress.reading import Limits, Reading, is_name
from limen.controls.ingress.routing import Route, route_of, strictest
from limen.controls.ingress.seen import Claim, Seen, State
from limen.controls.refusals import Reason, RefusedError
from limen.errors import Problem, UsageError
from limen.integrity.canonical import CanonicalError, canonical
from limen.model.declaration import Declaration


class Intake:
    """What a component with an `ingress` block does with what comes in. Safe for threads."""

    def __init__(
        self,
        declaration: Declaration,
        component: str,
        *,
        mac: tuple[str, bytes],
        macs: Mapping[str, bytes] | None = None,
        seen: Path,
        directory: Directory | None = None,
        quarantine: Quarantine | None = None,
        limits: Limits | None = None,
        senders: Mapping[str, Collection[str]] | None = None,
        products: Mapping[str, Mapping[str, str]] | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Read the component's `ingress` block and open the file of events that were here.

        `mac` is the id and key of tokens (32 bytes at least), `macs` its older versions; `senders` are the X12 senders
        that each source may be, such as {"wholesaler": ["ZZ:CORBEL"]}: nobody else's interchanges are read.

        `products` are the fields that name a product under another name than ndc, gtin or sgtin, with their kinds, by
        item: {"dispense-record": {"drug": "ndc"}}. Where the component refuses products, each item that enters has a
        field that names one, or is said to name none: {"stock-taking": {}}. A record without its product is refused.

        Raises UsageError, with every problem, where the declaration has no such component or block, something that the
        block needs isn't given, or what `products` says can't be.
        """
        self._entry: Entry = entry_of(declaration, component)
        self._products, problems = products_of(self._entry, products or {})
        if self._entry.refuses and directory is None:
            hint = "give a Directory: without one every product is registered"
            problems.append(Problem(message=f"{component} refuses products, and no directory is given", hint=hint))
        if (quarantine.component if quarantine else "") != self._entry.quarantine:
            message = f"{component} declares the quarantine {self._entry.quarantine or 'none'}, and another is given"
            problems.append(Problem(message=message))
        if problems:
            raise UsageError(problems)
        self._directory, self._quarantine, self._clock = directory, quarantine, clock
        self._limits = limits or Limits()
        self._senders = {source: frozenset(names) for source, names in (senders or {}).items()}
        self._seen = Seen(seen, mac=mac, macs=macs)

    def use(self, directory: Directory) -> None:
        """Use a newer directory from now on."""
        self._directory = directory

    def accept(
        self,
        form: Form,
        raw: bytes,
        *,
        item: str,
        source: str,
        tenant: str = "",
        message: str = "",
        people: Sequence[str] = (),
    ) -> Accepted:
        """Return the events of a message, with the item's label and the way that its products take.

        `source` is the declared component or principal that sent it, authenticated; `tenant` the declared tenant whose
        it is, if any; `message` the message's id where it stands outside (form record); `people` are those who
        authenticated for an adjustment. Raises IntakeRefusedError when the message is refused, after it is in the
        quarantine, and RefusedError when it could not be looked at: wrong_identity and wrong_tenant where sender or
        tenant isn't declared, undeclared_item, and what is wrong with us.
        """
        return self._accept(form, raw, item, source, tenant, message, tuple(people), keep=True)

    def acknowledge(self, accepted: Accepted) -> None:
        """Keep that the events are safe with whoever asked for them; from now on they are only acknowledged.

        Raises RefusedError where that can't be written: then they are handed out once more if they come again.
        """
        self._seen.done(accepted.source, accepted.claims)

    def retry(self, name: str, *, opens: Envelopes, person: str, reason: str) -> Accepted:
        """Try a quarantined message again, for a person with a reason, both recorded before and after.

        Raises IntakeRefusedError where it is refused once more (it stays in the quarantine), RefusedError as `accept`
        and `Quarantine.release` do.
        """
        if self._quarantine is None:
            raise UsageError(Problem(message="there is no quarantine to take a message from"))
        held: Held = self._quarantine.look(name)
        item, form = held.item, held.form
        way = self._entry.ways.get(item)
        if way is None:
            raise UsageError(Problem(message="the declaration has no way into the quarantine for the message's item"))
        raw = self._quarantine.release(name, way, opens=opens, person=person, reason=reason)
        try:
            accepted = self._accept(
                cast(Form, form),
                raw,
                item,
                held.source,
                held.tenant,
                held.message,
                held.people,
                keep=False,
            )
        except IntakeRefusedError as error:
            self._quarantine.settle(name, "held", person=person, reason=reason, reasons=(error.reason,))
            raise IntakeRefusedError(list(error.problems), reason=error.reason, quarantined=name) from None
        self._quarantine.settle(name, "accepted", person=person, reason=reason)
        return accepted

    def close(self) -> None:
        """Close the file of events that were here."""
        self._seen.close()

    def _accept(
        self,
        form: Form,
        raw: bytes,
        item: str,
        source: str,
        tenant: str,
        message: str,
        people: tuple[str, ...],
        *,
        keep: bool,
    ) -> Accepted:
        now = self._clock()
        declared = self._entry.item(item)
        self._entry.came_from(source, tenant)
        directory = self._directory  # the same one for the whole message, whatever `use` does meanwhile
        if directory is not None:
            directory.check(now)
        senders = self._senders.get(source, frozenset())
        asked_of = self._products.get(item)
        reading = Reading(now=now, limits=self._limits, directory=directory, senders=senders, products=asked_of)
        events: list[Anything] = []
        claims: list[Claim] = []
        if len(raw) > self._limits.message_bytes:
            reading.fault("", f"more than {self._limits.message_bytes} bytes", reason="too_large")
        else:
            events, claims = read(form, raw, reading, declared, self._entry.canonicalises, message, people)
        known = self._known(events, claims, source, tenant, reading)
        # What was acknowledged once stays so, whatever became of its product since.
        done = {number for number, state in enumerate(known[len(claims) :]) if state == "done"}
        routes = [None if number in done else self._route(event, reading) for number, event in enumerate(events)]
        asked = [] if reading.faults else _claims(events, claims, tenant)
        if asked and "conflict" in self._seen.claim(source, asked, now):
            # Somebody else had the same id in this very moment.
            reading.fault("the message", "an id of it was here before with other content", reason="duplicate")
        if reading.faults:
            self._refuse(reading, raw, form, item, source, tenant, message, people, keep=keep)
        fresh = [number for number in range(len(events)) if number not in done]
        return Accepted(
            item=item,
            form=form,
            source=source,
            tenant=tenant,
            label=self._entry.labels[item],
            events=tuple(events[number] for number in fresh),
            routes=tuple(routes[number] for number in fresh),
            route=strictest(route for route in routes if route),
            repeated=len(done),
            claims=tuple(name for name, _ in asked),
            fields=declared.fields,
        )

    def _known(
        self, events: list[Anything], claims: list[Claim], source: str, tenant: str, reading: Reading
    ) -> list[State]:
        """Return the state of the message's and each event's claim; what contradicts an earlier one is a fault."""
        try:
            asked = _claims(events, claims, tenant)
            back = [
                (event.key.removesuffix("#correction"), _of(tenant, canonical(event.taken_back())))
                for event in _back(events)
            ]
        except CanonicalError:
            reading.fault("", "a value without a canonical form, such as an integer beyond 2^53")
            return []
        if len({name for name, _ in asked}) != len(asked):
            reading.fault("", "the same event twice in one message", reason="duplicate")
        states = self._seen.states(source, [*asked, *back])
        places = ["the message"] * len(claims) + [event.place for event in events]
        for place, state in zip(places, states, strict=False):
            if state == "conflict":
                reading.fault(place, "its id was here before with other content", reason="duplicate")
        for event, state in zip(_back(events), states[len(asked) :], strict=True):
            if state == "new":
                reading.fault(event.place, "a correction of an event that was never here", reason="out_of_order")
            elif state == "conflict":
                reading.fault(
                    event.place, "a correction that tells another event than the one of its id", reason="mismatch"
                )
        return states[: len(asked)]

    def _route(self, event: Anything, reading: Reading) -> Route | None:
        """Return the strictest way of an event's products; what may not be handled is a fault."""
        routes = [self._route_of(product, event.place, reading) for product in dict.fromkeys(event.products())]
        return strictest(route for route in routes if route)

    def _route_of(self, product: Ndc | Gtin, where: str, reading: Reading) -> Route | None:
        directory, day = reading.directory, reading.now.date()
        if directory is None:
            return None
        try:
            ndc = directory.ndc_of_gtin(product) if isinstance(product, Gtin) else product
            standing = directory.standing(ndc, day) if ndc is not None else "unregistered"
            if standing != "registered" and standing in self._entry.refuses:
                reading.fault(where, f"a product that is {standing}", reason=standing)
                return None
            return route_of(directory.schedule(ndc, day) if ndc is not None else "unknown")
        except RefusedError as error:
            reading.fault(where, error.problems[0].message, hint=error.problems[0].hint, reason=error.reason)
            return None

    def _refuse(
        self,
        reading: Reading,
        raw: bytes,
        form: Form,
        item: str,
        source: str,
        tenant: str,
        message: str,
        people: tuple[str, ...],
        *,
        keep: bool,
    ) -> None:
        reasons: tuple[Reason, ...] = tuple(dict.fromkeys(fault.reason for fault in reading.faults))
        problems = reading.problems()
        name = ""
        way = self._entry.ways.get(item)
        if keep and self._quarantine is not None and way is not None:
            too_large = len(raw) > self._limits.message_bytes
            name = self._quarantine.hold(
                None if too_large else raw,
                way,
                tenant=tenant,
                source=source,
                item=item,
                form=form,
                # An id that is none may be anything, and would stand there unsealed.
                message=message if is_name(message) else "",
                reasons=reasons,
                problems=tuple(problem.message for problem in problems),
                digest=self._seen.digest(raw),
                people=people,
            )
        raise IntakeRefusedError(problems, reason=reasons[0], quarantined=name)


def _claims(events: Sequence[Anything], claims: Sequence[Claim], tenant: str) -> list[Claim]:
    """Return the claims of a message's envelope and of each event; an event without an id has its content for one."""
    found = [(name, _of(tenant, content)) for name, content in claims]
    for event in events:
        content = _of(tenant, canonical(event.content()))
        found.append((event.key or f"content:{content.decode()}", content))
    return found


def _of(tenant: str, content: bytes) -> bytes:
    """Return content as a tenant's: what was here for one tenant is not there for another."""
    return canonical({"tenant": tenant}) + b"\n" + content if tenant else content


def _back(events: Sequence[Anything]) -> list[Anything]:
    """Return the events that take another one back."""
    return [event for event in events if event.taken_back() is not None]
