"""The declaration that `limen init` writes: a small system that conforms to the profiles that it names."""

from __future__ import annotations

import base64
import datetime
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from limen.cli.quoting import quoted

_TEMPLATE = Path(__file__).parent / "templates" / "boundaries.yaml.jinja"
_COMPARTMENTS = {
    "hipaa": "phi",
    "dscsa": "serialization",
    "dea-controlled-substances": "controlled-substance",
    "part-11": "regulatory",
}
"""What a profile's law is about, as a compartment of the record's label."""
_PINS = 4
"""Pinned ends in the template."""


def starter(
    *, system: str, title: str, owner: str, profiles: Sequence[str], tenancy: bool, today: datetime.date
) -> str:
    """Return a declaration as YAML; keys count as activated today, texts may hold anything.

    With `tenancy` it has two pharmacies, each a tenant, and a transfer between them.
    """
    import jinja2

    compartments = [_COMPARTMENTS[name] for name in profiles if name in _COMPARTMENTS]
    held = f", compartments: [{', '.join(compartments)}]" if compartments else ""
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - YAML, and every text goes through `quoted`
    )
    return environment.from_string(_TEMPLATE.read_text(encoding="utf-8")).render(
        id=system,
        title=quoted(title),
        owner=quoted(owner),
        profiles=list(profiles),
        compartments=compartments,
        label=f"{{level: restricted{held}}}",
        clearance=lambda basis: f"{{level: restricted{held}, basis: {quoted(basis)}}}",
        pharmacies=tenancy,
        pins=[_pin(number) for number in range(_PINS)],
        writers=["gateway", "service", *(["transfer-hub"] if tenancy else [])],
        today=today.isoformat(),
        **_keys(tenancy),
    )


def _pin(number: int) -> str:
    """Return a pin that is well-formed and matches nobody's key."""
    digest = hashlib.sha256(f"limen init: replace pin {number}".encode()).digest()
    return f"sha256/{base64.b64encode(digest).decode()}"


def _keys(pharmacies: bool) -> dict[str, Any]:
    """Return data keys (name, grantees, tenant) and signing keys (name, grantee, tenant)."""
    refusing = ["gateway", *(["transfer-hub"] if pharmacies else [])]
    data: list[tuple[str, list[str], str]] = [
        ("portal-key", ["portal", "gateway"], ""),
        ("record-key", ["gateway", "service", "store"], ""),
        ("quarantine-key", refusing, ""),
        ("quarantine-store-key", ["quarantine"], ""),
        ("store-key", ["store"], ""),
        ("log-store-key", ["audit-log"], ""),
    ]
    signing = [("portal-signing-key", "portal", ""), ("gateway-signing-key", "gateway", ""), ("anchor-key", "audit-log", "")]
    if pharmacies:
        data += [(f"{name}-key", [name, "transfer-hub"], name) for name in ("pharmacy-a", "pharmacy-b")]
        signing += [("pharmacy-a-signing-key", "pharmacy-a", "pharmacy-a"), ("hub-signing-key", "transfer-hub", "")]
    return {"data_keys": data, "signing_keys": signing}
