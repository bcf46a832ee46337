"""Values that must never be seen in a log, as field of a record, and every form in which a test looks for them."""

from __future__ import annotations

import base64
import datetime
from urllib.parse import quote, quote_plus

CANARIES = {
    "patient_name": "Wilhelmina Quackenbush",
    "dob": "1961-07-29",
    "mrn": "ZZ90417733",
    "ssn": "219-09-9999",
    "rx_number": "77312345",
    "ndc": "0002-1433-80",
    "serial": "ZZSERIAL0042XQ",
    "lot": "LOTZ7781",
    "gtin": "09521234567899",
    "email": "w.quackenbush@patients.example",
    "phone": "515-555-0142",
    "npi": "1234567893",
    "dea_number": "BX1234563",
}
"""By field, what nobody has."""
NAMES = ("patient_name", "dob", "serial", "lot", "gtin", "ndc", "rx_number", "npi", "dea_number")
"""Fields that a declaration calls identifiers."""


def plain_forms(value: str) -> set[str]:
    """Return a value as it is, and in other cases."""
    return {value, value.upper(), value.lower()}


def encoded_forms(value: str) -> set[str]:
    """Return what the standard library makes of a value: Base64, hexadecimal, URL-encoded, escaped."""
    raw = value.encode()
    return {
        base64.b64encode(raw).decode(),
        base64.urlsafe_b64encode(raw).decode().rstrip("="),
        raw.hex(),
        raw.hex().upper(),
        raw.hex(" "),
        quote(value, safe=""),
        quote_plus(value),
        "".join(f"%{byte:02X}" for byte in raw),
        "".join(f"\\u{ord(one):04x}" for one in value),
        "".join(f"&#{ord(one)};" for one in value),
    }


def seen(text: str, values: dict[str, str] = CANARIES) -> set[str]:
    """Return the fields of which a value can be seen in a text, in any form of these."""
    lowered = text.lower()
    return {
        name
        for name, value in values.items()
        if any(form.lower() in lowered for form in plain_forms(value) | encoded_forms(value))
    }


BORN = datetime.date(1961, 7, 29)
