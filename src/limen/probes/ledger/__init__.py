"""The ledger probe: every record of a chain verified, held against anchors and earlier heads; no content is kept."""

from limen.probes.ledger.asking import collect, contacts
from limen.probes.ledger.reading import interpret

NAME = "ledger"
VERSION = "2"
KIND = "ledger_observation"
CAPABILITY: tuple[str, ...] = (
    "algorithm",
    "chain.faults",
    "sequence.faults",
    "clock.faults",
    "newest_at",
    "tenant.faults",
    "key.faults",
    "anchors.missing",
    "anchors.differing",
    "anchors.longest_gap",
    "anchors.witnessed",
    "append_only",
)

__all__ = ["CAPABILITY", "KIND", "NAME", "VERSION", "collect", "contacts", "interpret"]
