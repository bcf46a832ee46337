"""What partners send: synthetic events, prescriptions, movements and orders, with values that nobody else has."""

from __future__ import annotations

import secrets
import string
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from limen.controls.identifiers import gtin_of_ndc, parse_ndc
from limen.controls.transfer_messages import count_content, order_content

PLAIN, SCHEDULE_II, DISCONTINUED, SCHEDULE_IV = "69999-101-30", "69999-202-10", "69999-303-05", "69999-404-60"
"""Products of the made-up directory."""
AMBIGUOUS = "6999940460"
"""Ten digits without hyphens that two listed products share."""
UNLISTED = "69999-999-99"
_CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
_PLACE = "urn:epc:id:sgln:9521234.00001.0"


def serial() -> str:
    """Return a serial number that nothing else has."""
    return "ZZ" + "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(14))


def person() -> str:
    """Return a name that nobody has."""
    return f"Zz{secrets.token_hex(5)} Quill{secrets.token_hex(5)}"


def event(serial_number: str, *, ndc: str = PLAIN) -> dict[str, Any]:
    """Return an EPCIS 2.0 document: one package was commissioned."""
    now = datetime.now(UTC)
    gtin = gtin_of_ndc(parse_ndc(ndc)).canonical
    return {
        "@context": [_CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": now.isoformat(timespec="seconds"),
        "epcisBody": {
            "eventList": [
                {
                    "type": "ObjectEvent",
                    "eventID": f"urn:uuid:{uuid.uuid4()}",
                    "eventTime": now.isoformat(timespec="seconds"),
                    "eventTimeZoneOffset": "+00:00",
                    "action": "ADD",
                    "bizStep": "commissioning",
                    "readPoint": {"id": _PLACE},
                    "epcList": [f"https://id.gs1.org/01/{gtin}/21/{serial_number}"],
                    "ilmd": {"cbvmda:lotNumber": "LOT-2026-07", "cbvmda:itemExpirationDate": "2028-07-31"},
                }
            ]
        },
    }


def dispensing(name: str) -> dict[str, Any]:
    """Return what was dispensed to a patient."""
    return {"patient_name": name, "dob": "1957-03-14", "rx_number": secrets.token_hex(4), "drug": PLAIN, "quantity": 30}


def movement(ndc: str = SCHEDULE_IV) -> dict[str, Any]:
    """Return what left the cabinet; a token stands for the prescription."""
    schedule = "II" if ndc == SCHEDULE_II else "IV"
    rx_token = f"tok:v1:pharmacy-014.v1:{secrets.token_hex(32)}"
    return {"ndc": ndc, "lot": "LOT-2026-09", "quantity": 2, "schedule": schedule, "rx_token": rx_token}


def order(*, ndc: str = SCHEDULE_IV, schedule: str = "IV", quantity: int = 3) -> bytes:
    """Return what one pharmacy sends another."""
    expiry = (datetime.now(UTC) + timedelta(days=400)).date().isoformat()
    return order_content(ndc=ndc, lot="LOT-2026-09", expiry=expiry, quantity=quantity, schedule=schedule)


def count(quantity: int = 3) -> bytes:
    """Return what the other one counted by itself."""
    return count_content(ndc=SCHEDULE_IV, lot="LOT-2026-09", quantity=quantity, counted_at=datetime.now(UTC))


def report() -> dict[str, Any]:
    """Return a de-identified report of one visit."""
    return {"subject_token": f"tok:v1:subject-token-key.v1:{secrets.token_hex(32)}", "visit": "V3", "endpoint_value": 7}
