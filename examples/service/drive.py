"""Play the partners: send what they send, over mutual TLS, sealed and signed; and misbehave on request.

python -m examples.service.drive                   all four jobs, once
python -m examples.service.drive events transfer   some of them
python -m examples.service.drive --misbehave       every misbehaviour, each of which must be refused
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import secrets
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from examples.service import partners
from examples.service.callers import token
from examples.service.calling import Answer
from examples.service.components import Component, utc_now
from examples.service.events import fields_of_epcis
from examples.service.opening import login_key, opened
from examples.service.pki import write_private
from examples.service.running import show
from examples.service.settings import REVIEWER
from examples.service.submissions import SIGNATURE_HEADER, approval_of, people_of
from examples.service.transfers import TOKEN_HEADER
from limen.controls.esign import ElectronicSignatures, manifestation
from limen.errors import LimenError
from limen.integrity.canonical import canonical

REVIEWER_ID, SITE = "j-okafor", "site-012"


class Done(NamedTuple):
    """What came of one message."""

    flow: str
    record: str
    status: int
    reason: str
    """Why it was refused; empty where it was not."""

    @property
    def taken(self) -> bool:
        """Whether it was acknowledged."""
        return 200 <= self.status < 300

    def __str__(self) -> str:
        return f"{self.flow:16} {self.record:44} {self.status} {self.reason}".rstrip()


class Partners:
    """Everybody outside, with their own keys and certificates."""

    def __init__(self, folder: Path, *, marker: str = "") -> None:
        """Read where the service listens; `marker` begins the id of each message, so that logs can be searched."""
        self.folder = folder
        self.marker = marker or f"run-{secrets.token_hex(4)}"
        self.house = opened(folder, ("crossing-log",))  # deid records its end of the hand-over
        self.names: list[str] = []
        """Patients' names that were sent."""
        self.serials: list[str] = []
        """Serial numbers that were sent."""
        self.manifestation: tuple[str, ...] = ()
        """What every human-readable form of the last signed report shows (21 CFR 11.50)."""
        self.document = b""
        """The last signature that was made."""
        self.signatures = ElectronicSignatures(people_of(folder), ledger=self.house.ledgers["crossing-log"])
        self._component = cache(lambda name: Component(self.house, name, readers={"epcis-event": fields_of_epcis}))

    def close(self) -> None:
        """Close what is open."""
        for ledger in self.house.ledgers.values():
            ledger.close()
        self.house.store.close()

    def who(self, name: str) -> Component:
        """Return a partner."""
        return self._component(name)

    def record(self, kind: str) -> str:
        """Return a new id of a message."""
        return f"{self.marker}.{kind}.{secrets.token_hex(6)}"

    # --- what they do every day ---------------------------------------------------------------------------------

    def event(self, partner: str = "cmo") -> Done:
        """Send the event of one package."""
        serial = partners.serial()
        self.serials.append(serial)
        return self.sent(partner, f"{partner}-events", orjson.dumps(partners.event(serial)), self.record("event"))

    def dispensing(self, pharmacy: str = "014") -> Done:
        """Send what was dispensed to a patient."""
        name = partners.person()
        self.names.append(name)
        content, record = partners.dispensing(name), self.record("dispense")
        return self.sent(f"pharmacy-{pharmacy}", f"dispense-{pharmacy}", content, record)

    def movement(self, ndc: str = partners.SCHEDULE_IV, pharmacy: str = "014") -> Done:
        """Send what left a cabinet."""
        content, record = partners.movement(ndc), self.record("movement")
        return self.sent(f"cabinet-{pharmacy}", f"movement-{pharmacy}", content, record)

    def order(self) -> Done:
        """Send stock to another pharmacy."""
        record = f"t-014-022/{self.marker}-{secrets.token_hex(6)}"
        return self.sent("pharmacy-014", "out-014", partners.order(), record)

    def acknowledgement(self, record: str, *, quantity: int = 3, token: str | None = None) -> Done:
        """Count what arrived, and say so, with the token that came along."""
        shown = self.inbox("pharmacy-022", record)["token"] if token is None else token
        return self.sent("pharmacy-022", "ack-022", partners.count(quantity), record, **{TOKEN_HEADER: shown})

    def report(self) -> Done:
        """Hand a de-identified report over, as the de-identifier of the trial does."""
        return self.sent("deid", "hand-over", partners.report(), self.record("report"), SITE)

    def sign_off(self, record: str, *, user: str = REVIEWER_ID, **instead: Any) -> Done:
        """Read a report as the reviewer, sign it with two components, and send the approval.

        What stands in `instead` takes the place of what is right: the report that is signed, the password, the
        signature that is sent.
        """
        console, now = self.who("review-console"), utc_now()
        bearer = f"Bearer {token(user, login_key(self.folder), now)}"
        reviewer = console.person(user, "sign-off", now)
        shown = console.deliver("sign-off", b"", record, SITE, method="GET", authorization=bearer)
        if shown.status != 200:
            return done("sign-off", record, shown)
        read = console.guard.cross(
            "sign-off", reviewer, shown.body, item="deid-report", record=record, direction="returns", tenant=SITE
        )
        signed = self.signatures.sign(
            instead.get("report", canonical(read.json())),
            item="deid-report",
            record=record,
            tenant=SITE,
            meaning="approval",
            signer=console.keyring.signer("reviewer-signing-key"),
            user=user,
            password=instead.get("password", (self.folder / REVIEWER).read_text(encoding="ascii")),
            now=now,
        )
        self.manifestation, self.document = manifestation(signed.signature), signed.document
        approval = approval_of(signed.signature)
        crossed = console.guard.cross("sign-off", reviewer, approval, item="approval", record=record, tenant=SITE)
        document = base64.b64encode(instead.get("document", signed.document)).decode()
        beside = {"authorization": bearer, SIGNATURE_HEADER: document}
        return self.posted("review-console", "sign-off", crossed.payload, record, SITE, **beside)

    def inbox(self, partner: str, record: str) -> dict[str, Any]:
        """Return what a partner got under a record's id."""
        name = f"{record.replace('/', '_').replace(':', '_')}.json"
        found: dict[str, Any] = json.loads((self.folder / "partners" / partner / name).read_text(encoding="utf-8"))
        return found

    # --- how they do it -----------------------------------------------------------------------------------------

    def sent(
        self, partner: str, flow: str, content: bytes | dict[str, Any], record: str, tenant: str = "", **headers: str
    ) -> Done:
        """Let content cross by a partner's own guard, and send it."""
        me = self.who(partner)
        crossed = me.guard.cross(flow, me.me(flow), content, record=record, tenant=tenant)
        return self.posted(partner, flow, crossed.payload, record, tenant, **headers)

    def posted(self, partner: str, flow: str, wire: bytes, record: str, tenant: str = "", **headers: str) -> Done:
        """Send bytes as they are; whatever they are."""
        return done(flow, record, self.who(partner).deliver(flow, wire, record, tenant, **headers))


def done(flow: str, record: str, answer: Answer) -> Done:
    """Return what an answer means."""
    reason = ""
    if not 200 <= answer.status < 300:
        told = json.loads(answer.body) if answer.body.startswith(b"{") else {}
        reason = str(told.get("reason", "refused"))
    return Done(flow, record, answer.status, reason)


def transfer(them: Partners) -> list[Done]:
    """Send stock and have it acknowledged."""
    sent = them.order()
    return [sent, them.acknowledgement(sent.record)] if sent.taken else [sent]


def submission(them: Partners) -> list[Done]:
    """Hand a report over, and have it signed and sent."""
    report = them.report()
    return [report, them.sign_off(report.record)] if report.taken else [report]


JOBS: dict[str, Callable[[Partners], list[Done]]] = {
    "events": lambda them: [them.event("cmo"), them.event("threepl")],
    "dispensing": lambda them: [
        sent for pharmacy in ("014", "022") for sent in (them.dispensing(pharmacy), them.movement(pharmacy=pharmacy))
    ],
    "transfer": transfer,
    "submission": submission,
}
"""The jobs by name."""


def show_canaries(them: Partners) -> None:
    """Write what was sent where the leak probe reads it: names and serials, and the marker of what may be logged."""
    found = [{"kind": "marker", "value": them.marker}]
    found += [{"kind": "name", "value": name} for name in them.names]
    found += [{"kind": "serial", "value": serial} for serial in them.serials]
    content = {"canaries": found, "sent_at": int(time.time()) - 60}
    write_private(them.folder / "canaries.json", json.dumps(content).encode())


def main(arguments: list[str] | None = None) -> int:
    """Play the partners; return 0 where everything was answered as it should be."""
    from examples.service.misbehaving import MISBEHAVIOUR

    parser = argparse.ArgumentParser(prog="python -m examples.service.drive", description="Play the partners.")
    parser.add_argument("jobs", nargs="*", metavar="JOB", help=f"{', '.join(JOBS)} (default: all)")
    parser.add_argument("--folder", type=Path, default=Path(".limen/service"), help="the folder of the service")
    parser.add_argument("--misbehave", action="store_true", help=f"instead: {', '.join(MISBEHAVIOUR)}")
    options = parser.parse_args(arguments)
    known = MISBEHAVIOUR if options.misbehave else JOBS
    wanted = options.jobs or list(known)
    if unknown := set(wanted) - set(known):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    os.umask(0o077)
    try:
        return _driven(options.folder.resolve(), wanted, misbehave=options.misbehave)
    except KeyboardInterrupt:
        return 130
    except LimenError as error:
        return show(error)
    except OSError as error:  # nobody listens there, or it is another one
        sys.stderr.write(f"error: {error}\n  = is the service running on {options.folder}? Its terminal says so\n")
        return 2


def _driven(folder: Path, wanted: list[str], *, misbehave: bool) -> int:
    """Do what is wanted, and print what came of each; return 0 where everything was answered as it should be."""
    them = Partners(folder)
    try:
        if misbehave:
            return max(_refused(them, name) for name in wanted)
        found = [one for name in wanted for one in JOBS[name](them)]
        for one in found:
            sys.stdout.write(f"{one}\n")
        for line in them.manifestation:
            sys.stdout.write(f"  {line}\n")
        show_canaries(them)
        return 0 if all(one.taken for one in found) else 1
    finally:
        them.close()


def _refused(them: Partners, name: str) -> int:
    from examples.service.misbehaving import MISBEHAVIOUR

    misbehave, reason = MISBEHAVIOUR[name]
    came = misbehave(them)
    as_it_should = not came.taken and came.reason == reason
    sys.stdout.write(f"{name:20} {'refused' if as_it_should else 'EXPECTED ' + reason}: {came}\n")
    return 0 if as_it_should else 1


if __name__ == "__main__":
    raise SystemExit(main())
