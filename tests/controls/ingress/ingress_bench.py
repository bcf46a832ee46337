"""A gateway of the reference system with everything that it needs, small and made up."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from limen.adapters.key_providers.file import KeyStore
from limen.controls.ingress.directory import Directory
from limen.controls.ingress.directory_files import PACKAGE_COLUMNS, PRODUCT_COLUMNS, read_packages
from limen.controls.ingress.directory_sync import directory_digest
from limen.controls.ingress.intake import Intake
from limen.controls.ingress.quarantine import Quarantine
from limen.controls.ingress.reading import Limits
from limen.controls.keyring import Keyring
from limen.controls.ledger_entries import Entry
from limen.loading.load import load
from limen.model.declaration import Declaration
from tests.needs import REPOSITORY

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MAC = ("intake-1", b"m" * 32)
NAMED: dict[str, Any] = {"pharmacy-gateway": {"dispense-record": {"drug": "ndc"}}}
"""By component: fields that name a product, and don't say so by their names."""
# product NDC, package NDC, schedule, ends, flag, certified, sample, package's own end
ROWS: tuple[tuple[str, str, str, str, str, str], ...] = (
    ("0406-8530", "0406-8530-01", "CII", "", "N", ""),  # 4-4-2, schedule II
    ("50090-123", "50090-123-10", "CIV", "", "N", "20271231"),  # 5-3-2
    ("65162-1007", "65162-1007-5", "", "", "N", "20271231"),  # 5-4-1, not controlled
    ("11111-222", "11111-222-33", "", "20251231", "N", ""),  # discontinued
    ("22222-333", "22222-333-44", "", "", "E", ""),  # excluded
    ("33333-444", "33333-444-55", "Cx", "", "N", ""),  # a schedule that is none
    ("1234-5678", "1234-5678-90", "", "", "N", ""),  # the facts' ten digits, one of the three
    ("44444-555", "44444-555-66", "", "", "N", "20251231"),  # a listing that lapsed
)
SCHEDULE_II, SCHEDULE_IV, FREE = "0406-8530-01", "50090-123-10", "65162-1007-5"
GONE, EXCLUDED, ODD, KNOWN_OF_THREE, LAPSED = (
    "11111-222-33",
    "22222-333-44",
    "33333-444-55",
    "1234-5678-90",
    "44444-555-66",
)


def files(rows: tuple[tuple[str, str, str, str, str, str], ...] = ROWS) -> tuple[bytes, bytes]:
    """Return product.txt and package.txt in FDA's format."""
    products, packages = ["\t".join(PRODUCT_COLUMNS)], ["\t".join(PACKAGE_COLUMNS)]
    for product, package, schedule, ends, flag, certified in rows:
        key = f"{product}_{abs(hash(product)):x}"
        values = {
            "PRODUCTID": key,
            "PRODUCTNDC": product,
            "PRODUCTTYPENAME": "HUMAN PRESCRIPTION DRUG",
            "PROPRIETARYNAME": "Näme",
            "STARTMARKETINGDATE": "20200101",
            "ENDMARKETINGDATE": ends,
            "DEASCHEDULE": schedule,
            "NDC_EXCLUDE_FLAG": flag,
            "LISTING_RECORD_CERTIFIED_THROUGH": certified,
        }
        products.append("\t".join(values.get(name, "") for name in PRODUCT_COLUMNS))
        values |= {"NDCPACKAGECODE": package, "PACKAGEDESCRIPTION": "30 TABLET in 1 BOTTLE", "SAMPLE_PACKAGE": "N"}
        packages.append("\t".join(values.get(name, "") for name in PACKAGE_COLUMNS))
    product_text, package_text = ("\r\n".join([*lines, ""]).encode("latin-1") for lines in (products, packages))
    return product_text, package_text


@functools.cache
def directory() -> Directory:
    product, package = files()
    return Directory(
        read_packages(product, package),
        dated=NOW - timedelta(days=1),
        digest=directory_digest(product, package),
        oldest=timedelta(days=7),
    )


@functools.cache
def declaration() -> Declaration:
    return load(REPOSITORY / "boundaries.yaml").declaration


class Log:
    """A ledger that keeps entries, or fails."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.fails: Exception | None = None

    def append(self, entry: Entry) -> None:
        if self.fails is not None:
            raise self.fails
        self.entries.append(entry)

    def text(self) -> str:
        return repr([(entry.tenant, entry.actor, entry.action, entry.record, entry.details) for entry in self.entries])


class Bench:
    """One gateway, its quarantine under a real key store, and a clock that stands."""

    def __init__(self, folder: Path, component: str = "epcis-gateway", **given: Any) -> None:
        self.folder = folder
        self.now = NOW
        self.log = Log()
        self.store = KeyStore.create(folder / "keys.json")
        self.store.new("quarantine-key", "AES-256")
        self.keyring = Keyring.of_store(self.store)
        self.quarantine = Quarantine(
            folder / "quarantine.sqlite",
            component="quarantine",
            actor=component,
            seals=self.keyring.seals,
            ledger=self.log,
            clock=self.clock,
        )
        named = NAMED.get(component)
        self.given: dict[str, Any] = {"directory": directory(), "limits": Limits(), "products": named, **given}
        self.component = component
        self.intake = self.opened()

    def clock(self) -> datetime:
        return self.now

    def opened(self, **given: Any) -> Intake:
        return Intake(
            declaration(),
            self.component,
            mac=MAC,
            seen=self.folder / "seen.sqlite",
            quarantine=self.quarantine,
            clock=self.clock,
            **{**self.given, **given},
        )

    def close(self) -> None:
        self.intake.close()
        self.quarantine.close()
        self.keyring.close()


Make = Callable[..., Bench]
