"""Keys that limen.controls seals and opens with, in a key store file and in OpenBao, and each kept badly in one way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from limen.adapters.key_providers.interface import Access
from limen.adapters.key_providers.opening import open_key
from limen.controls.envelope import Context, Envelopes
from limen.controls.keyring import Keyring
from limen.records.attempts import ProbeRun
from tests.lab.key_store import NAME, Stores
from tests.lab.kms import declaration, probed
from tests.lab.place import Place
from tests.lab.transit import Transit

CONTEXT = Context(zone="data", flow="store", record="r-1", label="restricted")
KEPT_IN_A_FILE = "conformance.kms_extractable::ways_out"
"""What is true of every key in a file: whoever reads the file has it."""


def _rotated(stores: Stores, path: Path) -> Place:
    """Seal, rotate, and open what was sealed before, as a service does over the years."""
    store = stores.store(path)
    keyring = Keyring.of_store(store)
    sealed = keyring.seals(NAME).seal(b"a record", CONTEXT)
    store.rotate(NAME)
    keyring.forget()
    assert keyring.opens(NAME).open(sealed, CONTEXT) == b"a record"
    assert keyring.seals(NAME).seal(b"another", CONTEXT) != sealed
    return stores.place(path)


def _without_old_versions(stores: Stores, path: Path) -> Place:
    place = _rotated(stores, path)
    store = stores.store(path.with_name("worse.json"), ages=(300, 200, 30))
    store.destroy(NAME, 1)
    return place._replace(endpoint=str(path.with_name("worse.json")))


def _never_rotated(stores: Stores, path: Path) -> Place:
    store = stores.store(path, ages=(400,))
    Keyring.of_store(store).seals(NAME).seal(b"a record", CONTEXT)
    return stores.place(path)


def _readable(stores: Stores, path: Path) -> Place:
    place = _rotated(stores, path)
    path.chmod(0o644)
    return place


FILES: dict[str, tuple[str, Callable[[Stores, Path], Place]]] = {
    "good": ("", _rotated),
    "old versions are thrown away": ("conformance.contradicted::observed", _without_old_versions),
    "never rotated": ("conformance.kms_rotated::newest_at", _never_rotated),
    "readable by others": ("conformance.attempted::attempt", _readable),
}
BAO: dict[str, tuple[str, str]] = {
    "good": ("", "good"),
    "old versions are cut off": ("conformance.kms_old_versions::unreadable_versions", "old-versions-lost"),
    "exportable": ("conformance.kms_extractable::ways_out", "exportable"),
    "rotation switched off": ("conformance.kms_automatic_rotation::rotation_on", "rotation-off"),
    "granted to everybody": ("conformance.kms_wildcard_grants::wildcard_grants", "wildcard"),
}
"""By name, the finding that must come of it, and the defect of the laboratory's key."""


def in_a_file(name: str, folder: Path) -> tuple[str, ProbeRun]:
    """Make a key in a key store file, use it and probe it."""
    place = FILES[name][1](Stores(folder), folder / "keys.json")
    return declaration("file", place), probed("file", place)


def in_openbao(name: str, transit: Transit) -> tuple[str, ProbeRun]:
    """Make a key in OpenBao, use the good one through limen.controls, and probe it."""
    place = transit.make(BAO[name][1])
    if name == "good":
        mount = place.key.partition("/")[0]
        body = {"policies": [f"automation-of-{mount}"], "no_parent": True}
        token = transit.server.call("POST", "auth/token/create", body)["auth"]["client_token"]
        access = Access(provider="openbao", endpoint=place.endpoint, key=place.key, credential=token)
        envelopes = Envelopes("phi-key", open_key(access))
        sealed = envelopes.seal(b"a record", CONTEXT)
        transit.server.call("POST", f"{mount}/keys/phi/rotate")
        envelopes.forget()
        assert envelopes.open(sealed, CONTEXT) == b"a record"
    return declaration("vault", place), probed("vault", place)
