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
    "annex-11": "regulatory",
}
"""What a profile's law is about, as a compartment of the record's label."""
_INVENTORY = frozenset({"serialization", "controlled-substance"})
"""Compartments of stock: who counts stock never sees a patient, so beside `phi` they get components of their own."""
_THOROUGH = frozenset({"assured", "strict"})
"""Profiles that want a probe for every claim that must be observed."""
_FIELDS = "[record_number, subject, details, recorded_at]"
_PINS = 4
"""Pinned ends: the transfer hub, a pharmacy, the witness, the gateway."""


def starter(
    *, system: str, title: str, owner: str, profiles: Sequence[str], tenancy: bool, today: datetime.date
) -> str:
    """Return a declaration as YAML; keys count as activated today, texts may hold anything.

    With `tenancy` it has two pharmacies, each a tenant, and a transfer between them.
    """
    import jinja2

    compartments = list(dict.fromkeys(_COMPARTMENTS[name] for name in profiles if name in _COMPARTMENTS))
    compartments = compartments or ["regulated"]
    lines = _lines(compartments)
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
        lines=lines,
        order=_order(lines[-1]["compartments"]),
        record_fields=_FIELDS,
        clearance=lambda basis, line=None: _label(line["compartments"] if line else compartments, basis),
        each=lambda *names: ", ".join(f"{line['p']}{name}" for line in lines for name in names),
        pharmacies=tenancy,
        pins=[_pin(f"end {number}") for number in range(_PINS)],
        writers=["gateway", *(f"{line['p']}service" for line in lines), "kms", *(["transfer-hub"] if tenancy else [])],
        today=today.isoformat(),
        data_keys=_data_keys(lines, tenancy),
        signing_keys=_signing_keys(lines, tenancy),
        thorough=not _THOROUGH.isdisjoint(profiles),
        **_probed(lines, tenancy),
    )


def _probed(lines: Sequence[dict[str, Any]], tenancy: bool) -> dict[str, list[str]]:
    """Return the components that listen, those that keep data, and those whose logs are ours to look into."""
    stores = ["quarantine", *(f"{line['p']}store" for line in lines), "audit-log"]
    services = ["gateway", *(f"{line['p']}service" for line in lines), "on-call", "kms", "hsm"]
    ours = [*services, *stores, *(["transfer-hub"] if tenancy else [])]
    return {"servers": [*ours, "witness", *(["pharmacy-b"] if tenancy else [])], "stores": stores, "places": ours}


def _lines(compartments: Sequence[str]) -> list[dict[str, Any]]:
    """Return what records go through, from a partner to a store: one line, or one for patients and one for stock."""
    stock = [name for name in compartments if name in _INVENTORY]
    if "phi" not in compartments or not stock:
        return [_line("", "the regulated record; rename it to what yours is", compartments)]
    rest = [name for name in compartments if name not in _INVENTORY]
    return [
        _line("", "the patient's side; rename it to what yours is", rest),
        _line("stock-", "the stock's side: in plaintext nowhere near a patient", stock),
    ]


def _line(prefix: str, about: str, compartments: Sequence[str]) -> dict[str, Any]:
    return {
        "p": prefix,
        "r": prefix.replace("-", "_"),
        "about": about,
        "compartments": compartments,
        "label": _label(compartments),
    }


def _order(compartments: Sequence[str]) -> dict[str, Any]:
    """Return what a transfer's order is about: stock alone, which it names by its identifiers, where there is stock."""
    about = [name for name in compartments if name in _INVENTORY] or compartments
    return {"compartments": about, "label": _label(about)}


def _label(compartments: Sequence[str], basis: str = "") -> str:
    """Return a label, or with a basis a clearance, as YAML."""
    held = f", compartments: [{', '.join(compartments)}]" if compartments else ""
    return f"{{level: restricted{held}{f', basis: {quoted(basis)}' if basis else ''}}}"


def _pin(name: str) -> str:
    """Return a pin that is well-formed and matches nobody's key."""
    digest = hashlib.sha256(f"limen init: replace the pin of {name}".encode()).digest()
    return f"sha256/{base64.b64encode(digest).decode()}"


def _data_keys(lines: Sequence[dict[str, Any]], tenancy: bool) -> list[tuple[str, list[str], str]]:
    """Return the name, grantees and tenant of each key that seals."""
    keys: list[tuple[str, list[str], str]] = []
    for line in lines:
        p = line["p"]
        keys.append((f"{p}portal-key", [f"{p}portal", "gateway"], ""))
        keys.append((f"{p}record-key", ["gateway", f"{p}service", f"{p}store"], ""))
        keys.append((f"{p}store-key", [f"{p}store"], ""))
    keys.append(("quarantine-key", ["gateway", *(["transfer-hub"] if tenancy else [])], ""))
    keys.append(("quarantine-store-key", ["quarantine"], ""))
    keys.append(("log-store-key", ["audit-log"], ""))
    if tenancy:
        keys += [(f"{name}-key", [name, "transfer-hub"], name) for name in ("pharmacy-a", "pharmacy-b")]
    return keys


def _signing_keys(lines: Sequence[dict[str, Any]], tenancy: bool) -> list[tuple[str, str, str]]:
    """Return the name, grantee and tenant of each key that signs."""
    keys = [(f"{line['p']}portal-signing-key", f"{line['p']}portal", "") for line in lines]
    keys += [("gateway-signing-key", "gateway", ""), ("anchor-key", "audit-log", "")]
    if tenancy:
        keys += [("pharmacy-a-signing-key", "pharmacy-a", "pharmacy-a"), ("hub-signing-key", "transfer-hub", "")]
    return keys
