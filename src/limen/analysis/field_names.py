"""Names of fields that identify wherever they stand: people by 45 CFR 164.514(b)(2), products and places by GS1."""

from __future__ import annotations

PERSONAL = frozenset(
    {
        "account_number", "address", "birth_date", "date_of_birth", "device_id", "dob", "email", "face_image",
        "family_name", "fax", "given_name", "health_plan_number", "ip_address", "license_number", "mrn", "name",
        "patient_id", "patient_name", "phone", "postcode", "ssn", "street", "subject_id", "telephone", "vehicle_id",
        "zip",
    }
)  # fmt: skip
"""Direct identifiers of a person, as schemas name them."""
PRODUCT = frozenset({"gtin", "lot", "ndc", "serial", "sscc"})
"""Identifiers of products and their packages."""
TOKEN_SUFFIX = "token"  # noqa: S105 the end of a field's name
"""How fields are named that hold a token in place of an identifier."""


def plain(field: str) -> str:
    """Return a field's name without case and joints: birth_date, birthDate and Birth-Date are one name."""
    return field.replace("_", "").replace("-", "").casefold()
