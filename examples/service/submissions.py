"""Submission sign-off: a person reads the report, signs with two components, and only then it goes to the sponsor.

deid -> hand-over -> packager <- sign-off <- review-console (j-okafor)
packager -> submit -> sponsor
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from examples.service.applications import Handler, Headers
from examples.service.components import Component, House, demand
from examples.service.rows import Rows
from limen.controls.access import Access
from limen.controls.envelope import inspected
from limen.controls.esign import ElectronicSignatures
from limen.controls.esign_documents import RecordSignature
from limen.controls.esign_people import People, read_people
from limen.controls.guard.crossed import Admission, Crossed
from limen.controls.refusals import Reason, RefusedError
from limen.errors import Problem
from limen.integrity.canonical import canonical
from limen.integrity.strict_json import strict_json

SIGNATURE_HEADER = "limen-signature"
"""The person's signature travels beside the approval, as base64: the approval's fields are those that are declared."""
ITEM = "deid-report"


class Packager:
    """Keeps reports until they are signed, checks the signature, and sends the submission."""

    def __init__(self, house: House, rows: Rows) -> None:
        self.component = Component(house, "packager")
        self._house, self._rows = house, rows
        ledger = house.ledgers["crossing-log"]
        self._access = Access(house.declaration, ledger=ledger)
        self._signatures = ElectronicSignatures(people_of(house.folder), ledger=ledger)
        self.handlers: Mapping[str, Handler] = {"hand-over": self.take, "sign-off": self.sign}
        self.reading: Mapping[str, tuple[Handler, str]] = {"sign-off": (self.show, ITEM)}

    def take(self, crossed: Crossed, _: Headers) -> None:
        """Keep a de-identified report, sealed as it came."""
        self._rows.keep("report", crossed.tenant, crossed.record, crossed.wire)
        self.component.log.info("report %s of %s kept", crossed.record, crossed.tenant)

    def show(self, admitted: Admission, _: Headers) -> dict[str, Any]:
        """Return a report to whoever may sign it."""
        return self._report(admitted.tenant, admitted.record)

    def sign(self, crossed: Crossed, headers: Headers) -> None:
        """Take a person's approval of a report, and send the submission (21 CFR 11.50, 11.70)."""
        tenant, record, now = crossed.tenant, crossed.record, self._house.clock()
        self._access.demand(crossed.principal, "submission:sign", record, "sign a submission", now, flow="sign-off")
        report = self._report(tenant, record)
        document = _document(headers)
        signature = self._signatures.verify(
            document, canonical(report), item=ITEM, record=record, tenant=tenant, now=now, meaning="approval"
        )
        approval = approval_of(signature)
        if approval != crossed.json() or signature.user != crossed.principal.name:
            raise _refused("mismatch", "the approval does not say what the person signed")
        self._rows.keep("signature", tenant, record, document)
        me = self.component.me("submit")
        self._access.demand(me, "submission:send", record, "deliver a signed submission", now, flow="submit")
        demand(self.component.send("submit", report | approval, record, tenant), "submit")
        self.component.log.info("report %s of %s was signed and sent", record, tenant)

    def _report(self, tenant: str, record: str) -> dict[str, Any]:
        """Return a report, opened for exactly this record of this tenant."""
        sealed = self._rows.find("report", tenant, record)
        context = None if sealed is None else inspected(sealed).context
        if sealed is None or context is None or (context.flow, context.record) != ("hand-over", f"{tenant}|{record}"):
            raise _refused("content_refused", "there is no such report of this tenant")
        found: dict[str, Any] = strict_json(self.component.keyring.opens("regulatory-key").open(sealed, context))
        return found


def approval_of(signature: RecordSignature) -> dict[str, str]:
    """Return the fields of an approval: printed name, time, meaning, and the digest of what was signed."""
    return {
        "printed_name": signature.name,
        "signed_at": signature.at,
        "meaning": signature.meaning,
        "content_digest": signature.about.digest,
    }


def people_of(folder: Path) -> People:
    """Return who may sign."""
    return read_people((folder / "people.json").read_bytes())


def _document(headers: Headers) -> bytes:
    try:
        return base64.b64decode(headers.get(SIGNATURE_HEADER, ""), validate=True)
    except binascii.Error:
        raise _refused("signature_refused", "the signature is not to be read") from None


def _refused(reason: Reason, message: str) -> RefusedError:
    return RefusedError(Problem(message=message), reason=reason)
