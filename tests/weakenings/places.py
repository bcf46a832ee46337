"""Weakenings of data, labels, zones and components: sensitivity, clearance, entry, storage, processing, isolation."""

from __future__ import annotations

from tests.weakenings.edits import Edit, add, both, drop, put, take
from tests.weakenings.weakening import Weakening


def _everywhere(field: str) -> Edit:
    """Return an edit that takes a field off an approval, and off the role that needs it."""
    return both(take("data/approval/fields", field), take("roles/regulatory_reviewer/needs/approval", field))


SENSITIVITY = (
    Weakening(
        "clearance of a zone lowered",
        put("zones/processing/clearance/level", "confidential"),
        "classification.clearance::exposure:automation/clinical-record/site-012::clearance",
    ),
    Weakening(
        "compartment of a clearance dropped",
        take("zones/egress/clearance/compartments", "regulatory"),
        "classification.clearance::exposure:packager/deid-report/site-012::clearance",
    ),
    Weakening(
        "clearance of a zone dropped",
        drop("zones/records/clearance"),
        "classification.zone_without_clearance::zone:records::clearance",
    ),
    Weakening(
        "clearance of a partner dropped",
        drop("components/cmo/clearance"),
        "classification.origin_without_basis::exposure:cmo/epcis-event::clearance",
    ),
    Weakening(
        "basis of a clearance dropped",
        drop("components/cmo/clearance/basis"),
        "classification.origin_without_basis::exposure:cmo/epcis-event::clearance.basis",
    ),
    Weakening(
        "label dropped", drop("data/dispense-record/label"), "classification.unlabelled::data:dispense-record::label"
    ),
    Weakening(
        "label lowered",
        put("data/dispense-record/label/level", "internal"),
        "classification.identifying_item::data:dispense-record::label.level",
    ),
    Weakening(
        "compartment of a label dropped",
        put("data/clinical-record/label/compartments", []),
        "classification.identifying_item::data:clinical-record::label.compartments",
    ),
    Weakening(
        "identifiers in an approval",
        add("data/approval/identifiers", "printed_name"),
        "classification.raw_identifiers_in_regulatory_item::data:approval::identifiers",
    ),
    Weakening(
        "values in a report instead of tokens",
        drop("data/deid-report/token"),
        "classification.reversal::transformation:deid/reverse/clinical-record/deid-report::tokens",
    ),
    Weakening(
        "independence unexplained",
        drop("components/trial-gateway/independent/receipt"),
        "classification.origin_below_effective::exposure:trial-gateway/receipt::independent",
    ),
    Weakening(
        "tokens without a key",
        drop("components/deid/produces/0/key"),
        "classification.declassification::transformation:deid/produce/deid-report/clinical-record::key",
    ),
    Weakening(
        "report approved by nobody",
        drop("components/deid/produces/0/approved_by"),
        "classification.declassification::transformation:deid/produce/deid-report/clinical-record::approved_by",
    ),
    Weakening(
        "report made by nothing that may lower a label",
        put("components/deid/produces/0/how", "derive"),
        "classification.declassification::transformation:deid/produce/deid-report/clinical-record::how",
    ),
    Weakening(
        "way back approved by nobody",
        drop("components/deid/produces/1/approved_by"),
        "classification.reversal::transformation:deid/reverse/clinical-record/deid-report::approved",
    ),
    Weakening(
        "records in the trail",
        add("components/crossing-log/stores", "clinical-record"),
        "classification.raw_identifiers_in_ledger::exposure:crossing-log/clinical-record::identifiers",
    ),
    Weakening(
        "integrity without a check",
        drop("components/automation/ingress"),
        "classification.integrity::exposure:clinical-db/clinical-record/site-012::integrity",
    ),
    Weakening(
        "retention shorter",
        put("data/cs-movement/retention", "P1Y"),
        "retention.period::data:cs-movement::retention[0]",
    ),
    Weakening(
        "retention dropped",
        drop("data/epcis-event/retention"),
        "retention.period::data:epcis-event::retention",
        "not_assessed",
    ),
    Weakening(
        "signature without its meaning", _everywhere("meaning"), "signatures.manifestation::data:approval::fields"
    ),
    Weakening(
        "signature bound to nothing",
        _everywhere("content_digest"),
        "signatures.bound_to_content::data:approval::fields",
    ),
)

STRUCTURE = (
    Weakening("segment dropped", drop("zones/records/segment"), "structure.zone_segment::zone:records::segmented"),
    Weakening("inner zone trusted less", put("zones/data/trust", 1), "structure.nested_trust::zone:data::trust_gain"),
    Weakening(
        "component without a flow",
        put("components/spare", {"zone": "supply", "kind": "service"}),
        "structure.component_unreachable::component:spare::flows",
    ),
)

ENTRY = (
    Weakening(
        "ingress dropped",
        drop("components/edi-gateway/ingress"),
        "ingress.validation::component:edi-gateway::ingress.validates",
    ),
    Weakening(
        "validation dropped",
        take("components/epcis-gateway/ingress/validates", "epcis-event"),
        "ingress.validation::component:epcis-gateway::ingress.validates",
    ),
    Weakening(
        "classification dropped",
        take("components/epcis-gateway/ingress/classifies", "epcis-event"),
        "ingress.classification::component:epcis-gateway::ingress.classifies",
    ),
    Weakening(
        "canonical form dropped",
        take("components/edi-gateway/ingress/canonicalises", "ndc"),
        "ingress.canonical_identifiers::component:edi-gateway::ingress.canonicalises",
    ),
    Weakening(
        "quarantine dropped",
        drop("components/transfer-hub/ingress/quarantine"),
        "ingress.quarantine::component:transfer-hub::ingress.quarantine",
    ),
    Weakening(
        "discontinued products accepted",
        take("components/epcis-gateway/ingress/refuses", "discontinued"),
        "ingress.refuses::component:epcis-gateway::ingress.refuses",
    ),
    Weakening(
        "writer of quarantine reads production",
        put("flows/read-for-deid/from", "trial-gateway"),
        "ingress.quarantine_writer_reads::component:quarantine::quarantine",
    ),
)

STORAGE = (
    Weakening(
        "not encrypted at rest",
        put("components/clinical-db/at_rest/algorithm", "none"),
        "rest.encrypted::component:clinical-db::at_rest.algorithm",
    ),
    Weakening(
        "encryption of a zone undeclared",
        drop("zones/patients/posture/at_rest"),
        "rest.encrypted::component:patient-store::at_rest.algorithm",
    ),
    Weakening(
        "AES-128 at rest",
        put("components/inventory-db/at_rest/algorithm", "AES-128-GCM"),
        "rest.algorithm::component:inventory-db::at_rest.algorithm",
    ),
    Weakening(
        "no key at rest",
        drop("components/patient-store/at_rest/key"),
        "rest.encrypted::component:patient-store::at_rest.key",
    ),
    Weakening(
        "key beside the data",
        put("keys/patient-store-key/held_by", "patient-store"),
        "rest.key_beside_data::component:patient-store::at_rest.key_beside_data",
    ),
)

PROCESSING = (
    Weakening(
        "buffers not overwritten",
        put("components/automation/processing", {"zeroize": False}),
        "processing.zeroize::component:automation::processing.zeroize",
    ),
    Weakening(
        "overwriting undeclared in a zone",
        drop("zones/supply/posture/processing/zeroize"),
        "processing.zeroize::component:trace-service::processing.zeroize",
    ),
    Weakening(
        "envelope opened at the door",
        put("zones/processing/posture/processing/envelope", False),
        "processing.envelope::component:automation::processing.envelope",
    ),
    Weakening(
        "fields encrypted no more",
        put("zones/processing/posture/processing/field_encryption", False),
        "processing.field_encryption::component:deid::processing.field_encryption",
    ),
    Weakening(
        "plaintext in logs",
        put("components/deid/processing", {"plaintext_logging": "allowed"}),
        "processing.plaintext_leaks::component:deid::processing.plaintext_logging",
    ),
    Weakening(
        "plaintext in dumps",
        put("components/deid/processing", {"core_dumps": "enabled"}),
        "processing.plaintext_leaks::component:deid::processing.core_dumps",
    ),
    Weakening(
        "plaintext in debug output",
        put("zones/ingress/posture/processing/debug_output", "allowed"),
        "processing.plaintext_leaks::component:trial-gateway::processing.debug_output",
    ),
    Weakening(
        "processing of a zone undeclared",
        drop("zones/egress/posture/processing"),
        "processing.plaintext_leaks::component:packager::processing.plaintext_logging",
    ),
)

ISOLATION = (
    Weakening(
        "rows not kept apart",
        drop("components/inventory-db/partitions_by"),
        "tenancy.shared_store::component:inventory-db::partitioned",
    ),
    Weakening(
        "hub passes anything to anyone",
        drop("components/transfer-hub/partitions_by"),
        "tenancy.foreign_arrival::exposure:pharmacy-022/transfer-order/pharmacy-037::outside_transfer",
    ),
    Weakening(
        "row-level security not forced",
        put("components/patient-store/isolation/row_level_security", "enabled"),
        "tenancy.shared_store::component:patient-store::isolation.row_level_security",
    ),
    Weakening(
        "row-level security off",
        put("components/patient-store/isolation/row_level_security", "off"),
        "tenancy.shared_store::component:patient-store::isolation.row_level_security",
    ),
    Weakening(
        "tenant predicate none",
        put("components/inventory-db/isolation/tenant_predicate", "none"),
        "tenancy.predicate::component:inventory-db::isolation.tenant_predicate",
    ),
    Weakening(
        "tenant predicate in the application",
        put("components/inventory-db/isolation/tenant_predicate", "application"),
        "tenancy.predicate::component:inventory-db::isolation.tenant_predicate",
    ),
    Weakening(
        "tenants' rows under one key",
        put("components/clinical-db/isolation/tenant_keys", False),
        "tenancy.shared_store::component:clinical-db::isolation.tenant_keys",
    ),
    Weakening(
        "isolation undeclared",
        drop("components/clinical-db/isolation"),
        "tenancy.shared_store::component:clinical-db::isolation.row_level_security",
    ),
)
