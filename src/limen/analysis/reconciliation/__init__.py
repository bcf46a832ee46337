"""Claims held against observations: what each probe's facts say of each declared value, one module a probe."""

from __future__ import annotations

from collections.abc import Mapping

from limen.analysis.reconciliation import brokers, code, kms, leak, ledger, secrets, storage, tenancy, tls
from limen.analysis.reconciliation.agreement import Agreement, Reconcile

RECONCILE: dict[str, Mapping[str, Reconcile]] = {
    "brokers": brokers.CLAIMS,
    "code": code.CLAIMS,
    "kms": kms.CLAIMS,
    "leak": leak.CLAIMS,
    "ledger": ledger.CLAIMS,
    "secrets": secrets.CLAIMS,
    "storage": storage.CLAIMS,
    "tenancy": tenancy.CLAIMS,
    "tls": tls.CLAIMS,
}
"""By probe and by the claim's path; a claim without an entry is one that the probe can't see."""

__all__ = ["RECONCILE", "Agreement", "Reconcile"]
