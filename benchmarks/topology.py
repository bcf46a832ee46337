"""A believable large system, drawn from a seed, that no tool owns.

Every tool that is measured reads the same zones, components, data and flows; only the notation differs. The
system is made of cells: forty components that work together (portals, a gateway, services, a broker, stores,
a ledger), as the teams of one large company do, with one flow in twenty going to another cell. Postures come
from a small table, as they do in practice: most flows follow the platform's defaults and a few are weak.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

CELL_SIZE = 40
"""Components in one cell."""

FLOWS_PER_COMPONENT = 10
"""Flows of the whole system, divided by its components."""


@dataclass(frozen=True)
class Zone:
    """A zone with its trust level, the zone that holds it, and the highest label that it may hold in plaintext."""

    id: str
    trust: int
    within: str | None
    level: str
    callers: tuple[str, ...]


@dataclass(frozen=True)
class Item:
    """A data item with its label."""

    id: str
    level: str
    compartment: str | None
    sensitive_fields: tuple[str, ...]
    retention: str


@dataclass(frozen=True)
class Posture:
    """One combination of declared protections; `weight` is how often it is drawn, out of the table's sum."""

    weight: int
    protocol: str
    tls: str | None
    mutual: bool
    authn: str
    lifetime: str | None
    authorised: bool
    audited: bool


@dataclass(frozen=True)
class Component:
    """A component, its kind, and the items that start in it (`stores` or `originates`)."""

    id: str
    zone: str
    kind: str
    role: str
    items: tuple[str, ...]
    cell: int


@dataclass(frozen=True)
class Flow:
    """One flow; `carries` go from source to target and `returns` come back."""

    id: str
    source: Component
    target: Component
    carries: tuple[str, ...]
    returns: tuple[str, ...]
    posture: Posture
    sealed: tuple[str, ...]
    """Those of `carries` that travel in an envelope under the item's own key."""
    permission: str
    purpose: str


@dataclass(frozen=True)
class Topology:
    """The whole system."""

    zones: tuple[Zone, ...]
    items: tuple[Item, ...]
    components: tuple[Component, ...]
    flows: tuple[Flow, ...]


ZONES = (
    Zone("untrusted", 0, None, "public", ("anyone",)),
    Zone("partners", 1, None, "confidential", ("zone:egress", "zone:untrusted")),
    Zone("ingress", 1, None, "restricted", ("zone:untrusted", "zone:partners")),
    Zone("processing", 2, None, "restricted", ("zone:ingress", "zone:messaging", "zone:egress", "zone:processing")),
    Zone("messaging", 2, "processing", "confidential", ("zone:processing", "zone:ingress", "zone:messaging")),
    Zone("clinical-data", 3, "processing", "restricted", ("zone:processing", "zone:archive")),
    Zone("business-data", 3, "processing", "confidential", ("zone:processing", "zone:archive")),
    Zone("archive", 3, None, "restricted", ("zone:clinical-data", "zone:business-data", "zone:processing")),
    Zone("records", 3, None, "confidential", ("zone:ingress", "zone:processing", "zone:messaging", "zone:egress")),
    Zone("egress", 2, None, "restricted", ("zone:processing", "zone:partners")),
)

POSTURES = (
    Posture(50, "https", "1.3", True, "mtls", "PT1H", True, True),
    Posture(24, "https", "1.3", True, "spiffe", "PT1H", True, True),
    Posture(16, "https", "1.3", False, "oidc", "PT15M", True, True),
    Posture(2, "https", "1.2", True, "mtls", "P30D", True, True),
    Posture(1, "amqps", "1.2", False, "signed-request", "P90D", True, True),
    Posture(1, "https", "1.2", False, "password", "P365D", True, True),
    Posture(2, "https", "1.3", True, "mtls", "PT1H", False, True),
    Posture(2, "https", "1.3", True, "mtls", "PT1H", True, False),
    Posture(1, "https", "1.1", False, "oidc", "PT15M", False, False),
    Posture(1, "http", None, False, "none", None, False, False),
)

SUBJECT_NAMES = (
    ("submission", "restricted", "phi"), ("lab-result", "restricted", "phi"), ("prescription", "restricted", "phi"),
    ("consent", "restricted", "phi"), ("adverse-event", "restricted", "phi"), ("imaging-study", "restricted", "phi"),
    ("patient-profile", "restricted", "phi"), ("insurance-claim", "restricted", "phi"),
    ("epcis-event", "confidential", "serialization"), ("serial-range", "confidential", "serialization"),
    ("shipment-notice", "confidential", "serialization"), ("transaction-statement", "confidential", "serialization"),
    ("verification-request", "confidential", "serialization"), ("lot-release", "confidential", "serialization"),
    ("stock-count", "confidential", "controlled-substance"), ("form-222", "confidential", "controlled-substance"),
    ("dispense-record", "confidential", "controlled-substance"),
    ("transfer-order", "confidential", "controlled-substance"),
    ("trial-protocol", "confidential", "regulatory"), ("case-report", "confidential", "regulatory"),
    ("audit-extract", "confidential", "regulatory"), ("deviation-report", "confidential", "regulatory"),
    ("purchase-order", "internal", None), ("invoice", "internal", None), ("price-list", "internal", None),
    ("work-order", "internal", None), ("receipt", "internal", None), ("status", "internal", None),
    ("product-catalogue", "public", None), ("site-directory", "public", None),
)  # fmt: skip

ITEMS = tuple(
    Item(
        name,
        level,
        compartment,
        ("subject_id", "birth_date") if compartment == "phi" else ("serial",) if compartment == "serialization" else (),
        "P6Y" if level in ("restricted", "confidential") else "P2Y",
    )
    for name, level, compartment in SUBJECT_NAMES
)

# What a cell is made of: role -> (kind, zone, how many of forty). Each cell has one of each before it has two.
CELL = {
    "portal": ("partner", "untrusted", 4),
    "partner": ("partner", "partners", 3),
    "gateway": ("gateway", "ingress", 3),
    "service": ("service", "processing", 16),
    "broker": ("broker", "messaging", 3),
    "clinical-store": ("datastore", "clinical-data", 3),
    "business-store": ("datastore", "business-data", 3),
    "packager": ("service", "egress", 3),
    "backup": ("datastore", "archive", 0),
    "ledger": ("ledger", "records", 0),
}

# How roles talk: (from, to, weight, permission, purpose). An answer is a receipt or, from a store, the item.
PATTERNS = (
    ("portal", "gateway", 8, "packet:upload", "Receive {item} from sites"),
    ("partner", "gateway", 5, "partner:submit", "Receive {item} from partners"),
    ("gateway", "service", 12, "intake:write", "Hand {item} to the service that processes it"),
    ("service", "service", 26, "record:process", "Enrich and validate {item}"),
    ("service", "broker", 9, "message:publish", "Publish {item}"),
    ("broker", "service", 9, "message:deliver", "Deliver {item} to its consumer"),
    ("service", "clinical-store", 8, "record:keep", "Keep {item}"),
    ("service", "business-store", 8, "record:keep", "Keep {item}"),
    ("clinical-store", "backup", 1, "backup:write", "Back {item} up"),
    ("business-store", "backup", 1, "backup:write", "Back {item} up"),
    ("service", "packager", 7, "dispatch:prepare", "Prepare {item} for dispatch"),
    ("packager", "partner", 6, "dispatch:send", "Send {item} to the partner"),
)
LOG_PERMISSION = "log:append"
SECRET_PERMISSION = "secret:read"
UNCLEARED = frozenset({"broker", "business-store"})
"""Roles that restricted items don't pass."""


def build(flows: int, seed: int = 20260101) -> Topology:
    """Draw a system with exactly `flows` flows; the same arguments give the same system.

    Raises:
        ValueError: fewer than 50 flows, which can't hold one component of each role.
    """
    if flows < 50:
        raise ValueError(f"expected at least 50 flows, got {flows}")
    rng = random.Random(seed)
    cells = _cells(rng, max(len(CELL) * 2, flows // FLOWS_PER_COMPONENT) - 1)
    vault = Component("vault", "processing", "secret-store", "vault", (), 0)
    components = [vault, *(component for cell in cells for members in cell.values() for component in members)]
    drawn = _fixed_flows(cells, vault)
    if len(drawn) > flows:
        raise ValueError(f"expected at least {len(drawn)} flows for {len(components)} components, got {flows}")
    weights = [pattern[2] for pattern in PATTERNS]
    posture_weights = [posture.weight for posture in POSTURES]
    while len(drawn) < flows:
        source_role, target_role, _, permission, purpose = rng.choices(PATTERNS, weights)[0]
        home = rng.randrange(len(cells))
        away = rng.randrange(len(cells)) if rng.random() < 0.05 else home
        source = rng.choice(cells[home][source_role])
        target = rng.choice(cells[away][target_role])
        if source is target:
            continue
        allowed = cell_items(home)
        if UNCLEARED & {source_role, target_role}:
            allowed = tuple(item for item in allowed if item.level != "restricted")
        carried = tuple(sorted(rng.sample(allowed, 1 if rng.random() < 0.7 else 2), key=lambda item: item.id))
        names = tuple(item.id for item in carried)
        answer = () if target_role == "backup" else names[:1] if target.kind == "datastore" else ("receipt",)
        drawn.append(
            Flow(
                f"{source.id}-{target.id}-{len(drawn)}",
                source,
                target,
                names,
                answer,
                rng.choices(POSTURES, posture_weights)[0],
                tuple(item.id for item in carried if item.level == "restricted"),
                permission,
                purpose.format(item=" and ".join(names)),
            )
        )
    return Topology(ZONES, ITEMS, tuple(components), tuple(drawn))


def cell_items(cell: int) -> tuple[Item, ...]:
    """The five items that one cell works with: teams own few kinds of data, and share some with neighbours."""
    subjects = [item for item in ITEMS if item.id not in ("receipt", "status", "audit-extract")]
    return tuple(subjects[(cell * 3 + step * 7) % len(subjects)] for step in range(5))


def _fixed_flows(cells: list[dict[str, list[Component]]], vault: Component) -> list[Flow]:
    """Whoever records crossings reaches its cell's ledger, and the first service gets its secrets."""
    drawn: list[Flow] = []
    strong = POSTURES[0]
    for cell in cells:
        ledger = cell["ledger"][0]
        for component in (component for members in cell.values() for component in members):
            if component.kind in ("gateway", "service", "broker"):
                name, items = f"{component.id}-log", ("audit-extract",)
                drawn.append(Flow(name, component, ledger, items, (), strong, (), LOG_PERMISSION, "Record crossings"))
    first, why = cells[0]["service"][0], "Ask for short-lived secrets"
    drawn.append(Flow("secrets", first, vault, ("status",), (), strong, (), SECRET_PERMISSION, why))
    return drawn


def _cells(rng: random.Random, count: int) -> list[dict[str, list[Component]]]:
    """Spread `count` components over cells of about forty, each with at least one component of every role."""
    number = max(1, count // CELL_SIZE)
    cells: list[dict[str, list[Component]]] = []
    for cell in range(number):
        size = count // number + (1 if cell < count % number else 0)
        wanted = [*CELL, *rng.choices(list(CELL), [share for _, _, share in CELL.values()], k=size - len(CELL))]
        members: dict[str, list[Component]] = {role: [] for role in CELL}
        for role in wanted:
            kind, zone, _ = CELL[role]
            starts = role in ("portal", "partner", "clinical-store", "business-store")
            items = [item for item in cell_items(cell) if role not in UNCLEARED or item.level != "restricted"]
            members[role].append(
                Component(
                    f"{role}-{cell}-{len(members[role])}",
                    zone,
                    kind,
                    role,
                    tuple(item.id for item in items) if starts else (),
                    cell,
                )
            )
        cells.append(members)
    return cells
