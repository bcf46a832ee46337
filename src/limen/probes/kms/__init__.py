"""The kms probe: one key at its custodian, as it is configured and, where it is a declared test key, as it behaves."""

from limen.probes.kms.asking import collect, contacts
from limen.probes.kms.reading import interpret

NAME = "kms"
VERSION = "1"
KIND = "kms_observation"
CAPABILITY = (
    "exists",
    "enabled",
    "deletion_pending",
    "hardware",
    "origin",
    "algorithm",
    "ways_out",
    "rotation_on",
    "rotation_period",
    "rotation_overdue",
    "versions",
    "newest_at",
    "impossible_dates",
    "minimum_version",
    "unreadable_versions",
    "grantees",
    "wildcard_grants",
    "old_ciphertext_opens",
    "new_version_used",
    "rewraps",
    "context_bound",
    "disabled_refuses",
)

__all__ = ["CAPABILITY", "KIND", "NAME", "VERSION", "collect", "contacts", "interpret"]
