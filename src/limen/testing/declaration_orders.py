"""Which way is weaker, for every field of the model: what a careless or malicious hand would write there instead.

A field of the model without an entry here is an error, so that a new field can't escape mutation.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from limen.errors import InternalError, Problem

Sort = Literal[
    "values", "other", "same", "level", "compartment", "field", "permission", "item", "party", "place", "pin",
    "trust", "rename", "words", "none",
]  # fmt: skip


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """How the values of one field become weaker."""

    sort: Sort
    """values: towards the first of `values`. other: another declared name of `section`. same: the value that another
    entry of the section has in this field. pin: that of another flow, whose key somebody else holds. rename: another
    spelling. words: text, which has no order and is only dropped. none: the schema knows no other value. The rest:
    names of that sort."""
    values: tuple[Any, ...] = ()
    """Values from the weakest to the strongest; for a list, what a weak one would contain."""
    section: str = ""
    """The section whose names are meant."""
    lowest: bool = False
    """For levels: whether lower is weaker (a label) or higher (a clearance)."""
    within: str = ""
    """For `same`: a field in which the other entry must be equal, or the value would mean something else there."""
    grants: bool = False
    """Whether one more entry weakens: the list says who may, or what is good enough."""
    fewer_stricter: bool = False
    """Whether one entry less grants less, which weakens nothing; the last one goes with its whole list. Where another
    place says who needs the entry, taking it out is a mutant all the same: the two must contradict each other."""


def _values(*values: Any, grants: bool = False) -> Order:
    return Order(sort="values", values=values, grants=grants)


def _allowed(*values: str) -> Order:
    return Order(sort="values", values=values, grants=True, fewer_stricter=True)


def _other(section: str, grants: bool = False) -> Order:
    return Order(sort="other", section=section, grants=grants)


def _allowed_others(section: str) -> Order:
    return Order(sort="other", section=section, grants=True, fewer_stricter=True)


def _same(section: str, within: str = "") -> Order:
    return Order(sort="same", section=section, within=within)


_WORDS = Order(sort="words")
_RENAME = Order(sort="rename")
_NONE = Order(sort="none")
_SOONEST = _values("PT1S")
_LATEST = _values("P99Y")
_TRUE_WEAKER = _values(True, False)
_FALSE_WEAKER = _values(False, True)
_ITEMS = Order(sort="item")
_FIELDS = Order(sort="field")
_MORE_FIELDS = Order(sort="field", grants=True)
_PERMISSIONS = Order(sort="permission", grants=True)
_PLACE = Order(sort="place")

_WEAK_KEYS = (
    "3DES", "RSA-1024", "HMAC-SHA-1", "RSA-2048", "X25519", "Ed25519", "ECDSA-P-256", "RSA-3072", "AES-128", "AES-192",
    "ECDSA-P-384", "ECDSA-P-521", "RSA-4096", "Ed448", "HMAC-SHA-256", "HMAC-SHA-384", "HMAC-SHA-512", "AES-256",
    "ML-DSA-44", "SLH-DSA-SHA2-128s", "ML-KEM-768", "ML-DSA-65", "ML-KEM-1024", "ML-DSA-87",
)  # fmt: skip

ORDERS: dict[str, Order] = {
    "Declaration.version": _NONE,
    "Declaration.profiles": Order(sort="words"),
    "Declaration.include": Order(sort="words"),
    "Declaration.flows": Order(sort="words"),
    "Declaration.separation_of_duties": Order(sort="permission"),
    "Declaration.transfers": Order(sort="words"),
    "Declaration.key_rotation_procedure": _WORDS,
    "Declaration.assertions": Order(sort="words"),
    "Declaration.probes": Order(sort="words"),
    "System.id": _RENAME,
    "System.title": _WORDS,
    "System.owner": _WORDS,
    "Labels.levels": Order(sort="rename"),
    "Labels.compartments": Order(sort="rename"),
    "DataItem.title": _WORDS,
    "DataItem.fields": Order(sort="rename"),
    "DataItem.sensitive_fields": _FIELDS,
    "DataItem.identifiers": _FIELDS,
    "DataItem.retention": _SOONEST,
    "DataItem.requires_integrity": _values(0),
    "DataItem.token": _TRUE_WEAKER,
    "Label.level": Order(sort="level", lowest=True),
    "Label.compartments": Order(sort="compartment"),
    "Zone.title": _WORDS,
    "Zone.trust": Order(sort="trust"),
    "Zone.within": _other("zones"),
    "Zone.callers": Order(sort="party", grants=True, fewer_stricter=True),
    "Zone.rate_limited": _FALSE_WEAKER,
    "Zone.segment": _same("zones"),
    "Clearance.level": Order(sort="level"),
    "Clearance.compartments": Order(sort="compartment", grants=True, fewer_stricter=True),
    "Clearance.basis": _WORDS,
    "InTransit.protocol": _values("http"),
    "Tls.min": _values("ssl3", "1.0", "1.1", "1.2", "1.3"),
    "Tls.mutual": _values("off", "optional", "required"),
    "Tls.suites": _allowed("TLS_RSA_WITH_AES_128_CBC_SHA"),
    "Tls.key_exchange": _allowed("secp256r1"),
    "Tls.pins": Order(sort="pin", values=("sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",), grants=True),
    "AtRest.algorithm": _values(
        "none",
        "3DES",
        "AES-128-CBC",
        "AES-128-XTS",
        "AES-128-GCM",
        "ChaCha20-Poly1305",
        "AES-256-CBC",
        "AES-256-XTS",
        "AES-256-GCM",
    ),
    "AtRest.key": _other("keys"),
    "Processing.envelope": _FALSE_WEAKER,
    "Processing.field_encryption": _FALSE_WEAKER,
    "Processing.zeroize": _FALSE_WEAKER,
    "Processing.plaintext_logging": _values("allowed", "forbidden"),
    "Processing.core_dumps": _values("enabled", "disabled"),
    "Processing.debug_output": _values("allowed", "forbidden"),
    "Component.zone": _other("zones"),
    "Component.kind": _values("service", "gateway"),
    "Component.title": _WORDS,
    "Component.tenant": _other("tenants"),
    "Component.originates": _ITEMS,
    "Component.independent": _WORDS,
    "Component.stores": _ITEMS,
    "Component.produces": Order(sort="words"),
    "Component.identity": _same("components"),
    "Component.roles": _allowed_others("roles"),
    "Component.opens_with": _other("keys", grants=True),
    "Component.seals_with": _other("keys", grants=True),
    "Component.signs_with": _other("keys", grants=True),
    "Component.verifies_with": _other("keys", grants=True),
    "Component.partitions_by": _values("region"),
    "Produces.data": _ITEMS,
    "Produces.from": _ITEMS,
    "Produces.how": _values("derive", "sign", "encrypt", "reverse", "redact", "aggregate", "tokenise"),
    "Produces.key": _other("keys"),
    "Produces.approved_by": _WORDS,
    "Produces.reverses": _FALSE_WEAKER,
    "Ingress.classifies": _ITEMS,
    "Ingress.validates": _ITEMS,
    "Ingress.canonicalises": _values("name"),
    "Ingress.refuses": _values("discontinued", "unregistered"),
    "Ingress.quarantine": _other("components"),
    "Isolation.row_level_security": _values("off", "enabled", "forced"),
    "Isolation.tenant_predicate": _values("none", "application", "database", "proxy"),
    "Isolation.tenant_keys": _FALSE_WEAKER,
    "Flow.id": _RENAME,
    "Flow.from": _other("components"),
    "Flow.to": _other("components"),
    "Flow.title": _WORDS,
    "Flow.carries": Order(sort="item", grants=True),
    "Flow.returns": Order(sort="item", grants=True),
    "Flow.of": _NONE,
    "Flow.tenant": _other("tenants"),
    "Flow.via": Order(sort="words"),
    "Flow.protection": Order(sort="words"),
    "Flow.fields": _MORE_FIELDS,
    "Flow.purpose": _WORDS,
    "Flow.fallback_for": _other("flows"),
    "Via.component": _other("components"),
    "Via.tls": _values("terminate", "passthrough"),
    "Via.reestablishes": _FALSE_WEAKER,
    "Authentication.method": _values("none", "password", "signed-request", "oidc", "spiffe", "mtls"),
    "Credential.lifetime": _LATEST,
    "Authorisation.roles": _allowed_others("roles"),
    "Authorisation.permission": Order(sort="permission"),
    "Authorisation.network_location": _TRUE_WEAKER,
    "Layer.sealed": _other("keys"),
    "Layer.signed": _other("keys"),
    "FieldEncryption.key": _other("keys"),
    "FieldEncryption.fields": _FIELDS,
    "Audit.ledger": _other("ledgers"),
    "Audit.by": _values("from", "to", "both"),
    "Audit.redacts": _FALSE_WEAKER,
    "Key.title": _WORDS,
    "Key.custody": _values("configuration", "application", "secret-store", "kms", "hsm"),
    "Key.provider": _same("keys"),
    "Key.id": _same("keys", within="provider"),
    "Key.held_by": _other("components"),
    "Key.algorithm": _values(*_WEAK_KEYS),
    "Key.purpose": _values("encrypt", "sign"),
    "Key.environment": _values("development", "test", "staging", "production"),
    "Key.tenant": _other("tenants"),
    "Key.rotation": _LATEST,
    "Key.retains_old_versions": _FALSE_WEAKER,
    "Key.wrapped_by": _other("keys"),
    "Key.origin": _values("imported", "software", "hsm"),
    "Key.grantees": _allowed_others("components"),
    "Key.activated": _values("2000-01-01"),
    "Key.cryptoperiod": _LATEST,
    "Module.standard": _values("none", "FIPS 140-2", "FIPS 140-3"),
    "Module.level": _values(1, 2, 3, 4),
    "Module.certificate": _WORDS,
    "Role.permissions": _PERMISSIONS,
    "Role.subjects": _values("any"),
    "Role.custody_logged": _FALSE_WEAKER,
    "Role.needs": _MORE_FIELDS,
    "Principal.roles": _allowed_others("roles"),
    "Tenant.title": _WORDS,
    "Tenant.kind": _values("other"),
    "Tenant.dea_number": _same("tenants"),
    "Tenant.npi": _same("tenants"),
    "Tenant.gln": _same("tenants"),
    "Tenant.facility": _same("tenants"),
    "Tenant.jurisdictions": _values("XX"),
    "Binding.algorithm": _values("none", "SHA-256", "HMAC-SHA-256", "HMAC-SHA-512"),
    "Binding.key": _other("keys"),
    "Binding.inputs": _values("address", grants=True),
    "Binding.carried_in": _values("header", "row", "signature"),
    "Transfer.id": _RENAME,
    "Transfer.flows": _other("flows", grants=True),
    "Transfer.dual_signature": _FALSE_WEAKER,
    "Transfer.acknowledge_within": _LATEST,
    "Transfer.custody_log": _other("ledgers"),
    "Token.ephemeral": _FALSE_WEAKER,
    "Token.single_use": _FALSE_WEAKER,
    "Ledger.title": _WORDS,
    "Ledger.component": _other("components"),
    "Ledger.records": _values("outcome", "permission", "purpose", "tenant", "time", "record", "action", "actor"),
    "Ledger.append_only": _FALSE_WEAKER,
    "Ledger.verify_on_read": _FALSE_WEAKER,
    "Ledger.tiers": Order(sort="words"),
    "Ledger.legal_hold": _values("unsupported", "supported"),
    "Chain.algorithm": _values("none", "SHA-256", "HMAC-SHA-256"),
    "Chain.key": _other("keys"),
    "Chain.format": _values("foreign", "limen-v1"),
    "Anchors.every": _LATEST,
    "Anchors.to": _other("components"),
    "Tier.name": _RENAME,
    "Tier.until": _SOONEST,
    "Tier.worm": _FALSE_WEAKER,
    "Tier.compressed": _FALSE_WEAKER,
    "Tier.encrypted": _FALSE_WEAKER,
    "Tier.proof_of_existence": _values("none", "rfc3161"),
    "Deletion.approvers": _values("anyone"),
    "Deletion.logged": _FALSE_WEAKER,
    "Clock.source": _values("local", "gps", "ptp", "ntp", "nts"),
    "Clock.max_skew": _LATEST,
    "Secrets.store": _other("components"),
    "Secrets.injected_as": _values("literal", "image", "environment", "file", "memory"),
    "Secrets.on_missing": _values("ignore", "default", "refuse-to-start"),
    "Secrets.lifetime": _LATEST,
    "Scanning.repository": _values("docs"),
    "Scanning.in_ci": _FALSE_WEAKER,
    "IncidentResponse.runbook": _WORDS,
    "IncidentResponse.triggers": _values("schedule-anomaly", "chain-mismatch", "tenant-collision", "crypto-failure"),
    "IncidentResponse.preserves_evidence": _FALSE_WEAKER,
    "IncidentResponse.hook": _other("components"),
    "Verification.schedule": _LATEST,
    "Verification.of": _values("retention", "tenancy", "ledgers"),
    "Assertion.id": _RENAME,
    "Assertion.reason": _WORDS,
    "Never.from": _PLACE,
    "Never.to": _PLACE,
    "Never.except_via": Order(sort="place", grants=True, fewer_stricter=True),
    "Never.data": _ITEMS,
    "Never.reaches": _PLACE,
    "Never.in": _values("plaintext", "any"),
    "Never.on": _NONE,
    "ProbeRequest.probe": _values("code", "secrets"),
    "ProbeRequest.flow": _other("flows"),
    "ProbeRequest.component": _other("components"),
    "ProbeRequest.key": _other("keys"),
    "ProbeRequest.ledger": _other("ledgers"),
    "ProbeRequest.endpoint": _WORDS,
    "ProbeRequest.credential": _WORDS,
    "ProbeRequest.every": _LATEST,
    "ProbeOptions.old_ciphertext": _WORDS,
    "ProbeOptions.trust": _WORDS,
    "ProbeOptions.host_keys": _WORDS,
    "ProbeOptions.expired": _WORDS,
    "ProbeOptions.server_name": _WORDS,
    "ProbeOptions.api": _WORDS,
    "ProbeOptions.region": _WORDS,
    "ProbeOptions.test_prefix": _WORDS,
    "StoredRecords.table": _WORDS,
    "StoredRecords.time": _WORDS,
    "StoredRecords.sequence": _WORDS,
    "StoredRecords.since": _WORDS,
    "StoredRecords.deletions": _WORDS,
    "ProbeOptions.canaries": _WORDS,
    "ProbeOptions.seed": _WORDS,
    "ProbeOptions.driver": _WORDS,
    "ProbeOptions.kinds": _WORDS,
    "ProbeOptions.settle": _WORDS,
    "Delivered.endpoint": _WORDS,
    "Delivered.credential": _WORDS,
    "ProbeOptions.tenant_setting": _WORDS,
    "ProbeOptions.tenant_column": _WORDS,
    "ProbeOptions.tenant_values": _WORDS,
    "ProbeOptions.roles": _WORDS,
    "ProbeOptions.tables": _WORDS,
    "ProbeOptions.shared_tables": _WORDS,
    "ProbeOptions.try_writes": _WORDS,
    "TenantTable.table": _WORDS,
    "TenantTable.id": _WORDS,
    "TenantInput.name": _WORDS,
    "TenantTable.inputs": _WORDS,
    "TenantInput.column": _WORDS,
    "TenantTable.key": _WORDS,
    "TenantTable.algorithm": _WORDS,
    "ProbeOptions.history": _FALSE_WEAKER,
    "ProbeOptions.ignored": _FALSE_WEAKER,
    "ProbeOptions.allow": _WORDS,
    "ProbeOptions.known": _WORDS,
    "ProbeOptions.patterns": _WORDS,
    "ProbeOptions.results": _WORDS,
    "ProbeOptions.anchors": _WORDS,
    "ProbeOptions.witness": _WORDS,
    "ProbeOptions.chain_keys": _WORDS,
    "ChainKey.id": _WORDS,
    "ChainKey.secret": _WORDS,
    "ProbeOptions.tenant": _WORDS,
    "ProbeOptions.table": _WORDS,
    "ProbeOptions.line_column": _WORDS,
    "ProbeOptions.order_column": _WORDS,
    "ProbeOptions.strict": _FALSE_WEAKER,
    "ProbeOptions.quick": _TRUE_WEAKER,
    "ProbeOptions.checkpoint": _WORDS,
    "ProbeOptions.tier_files": _WORDS,
    "TierFiles.tier": _WORDS,
    "TierFiles.files": _WORDS,
    "Recipe.hash": _WORDS,
    "Recipe.prev": _WORDS,
    "Recipe.form": _values("joined", "field", "python-sorted", "python-sorted-compact", "rfc8785"),
    "Recipe.algorithm": _values("SHA-256", "SHA-512", "HMAC-SHA-256", "HMAC-SHA-512"),
    "Recipe.encoding": _WORDS,
    "Recipe.fields": _WORDS,
    "Recipe.prepended": _FALSE_WEAKER,
    "Recipe.separator": _WORDS,
    "Recipe.genesis": _WORDS,
    "Recipe.seq": _WORDS,
    "Recipe.first": _WORDS,
    "Recipe.time": _WORDS,
    "Recipe.tenant": _WORDS,
    "Recipe.key": _WORDS,
    "ProbeOptions.processes": _WORDS,
    "ProbeOptions.scheduler": _WORDS,
}
"""Every field of the model that holds scalars or list entries."""


def check(leaves: Iterable[str]) -> None:
    """Raise InternalError where a field of the model has no order, or an order no field."""
    if odd := sorted(set(leaves) ^ ORDERS.keys()):
        hint = "say in limen/testing/declaration_orders.py which way is weaker"
        raise InternalError(Problem(message=f"without a field or without an order: {', '.join(odd)}", hint=hint))
