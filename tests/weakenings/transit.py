"""Weakenings of flows: transport, callers, permissions, what is put around items, and how it is recorded."""

from __future__ import annotations

from tests.weakenings.edits import add, both, drop, put, take
from tests.weakenings.weakening import Weakening

SHORTCUT = {
    "id": "shortcut",
    "from": "wholesaler",
    "to": "epcis-repository",
    "carries": ["verification-request"],
    "returns": ["epcis-event"],
    "in_transit": {"protocol": "https", "tls": {"pins": ["sha256/HSBL/ojQCawGqKAIbaD0yAFl6LZEYj+4DJwPMfBCsHg="]}},
    "authn": {"method": "mtls", "credential": {"lifetime": "PT1H"}},
    "authz": {"roles": ["trading_partner"], "permission": "product:verify"},
    "audit": {"ledger": "trace-log", "by": "both", "redacts": True},
    "purpose": "Ask the repository itself",
}
"""As well protected as any other flow of the partner, but by another way."""

TRANSPORT = (
    Weakening(
        "TLS 1.2", put("flows/verify/in_transit/tls/min", "1.2"), "transit.tls_minimum::flow:verify::in_transit.tls.min"
    ),
    Weakening(
        "TLS 1.2 in a zone",
        put("zones/partners/posture/in_transit/tls/min", "1.2"),
        "transit.tls_minimum::flow:submit::in_transit.tls.min",
    ),
    Weakening(
        "mutual TLS off",
        put("flows/edi/in_transit/tls/mutual", "off"),
        "transit.mutual_tls::flow:edi::in_transit.tls.mutual",
    ),
    Weakening(
        "mutual TLS optional in a zone",
        put("zones/pharmacies/posture/in_transit/tls/mutual", "optional"),
        "transit.mutual_tls::flow:dispense-014::in_transit.tls.mutual",
    ),
    Weakening(
        "pins dropped", drop("flows/submit/in_transit/tls/pins"), "transit.pinned::flow:submit::in_transit.tls.pins"
    ),
    Weakening(
        "weak suite",
        put("flows/dispatch/in_transit/tls/suites", ["TLS_RSA_WITH_AES_128_CBC_SHA"]),
        "transit.weak_suites::flow:dispatch::in_transit.tls.suites[0]",
    ),
    Weakening(
        "plain protocol",
        put("flows/store-record/in_transit/protocol", "http"),
        "transit.plaintext::flow:store-record::in_transit.channel",
    ),
    Weakening(
        "plain protocol inside a zone",
        put("flows/line-1-events/in_transit/protocol", "mqtt"),
        "transit.intra_zone_trusted::flow:line-1-events::in_transit.channel",
    ),
    Weakening(
        "transport of a zone undeclared",
        drop("zones/ingress/posture/in_transit"),
        "transit.tls_minimum::flow:intake::in_transit.tls.min",
    ),
    Weakening(
        "fallback by another method",
        put("flows/threepl-events-drop/authn/method", "signed-request"),
        "transit.fallback::flow:threepl-events-drop::fallback.weaker",
    ),
    Weakening(
        "fallback unsealed",
        drop("flows/threepl-events-drop/protection"),
        "transit.fallback::flow:threepl-events-drop::fallback.weaker",
    ),
    Weakening(
        "TLS not opened again",
        drop("flows/site-012-upload/via/0/reestablishes"),
        "transit.tls_terminated::flow:site-012-upload::via[0]",
    ),
    Weakening(
        "TLS ended where it passed",
        put("flows/site-031-upload/via/0/tls", "terminate"),
        "transit.tls_terminated::flow:site-031-upload::via[0]",
    ),
)

CALLER = (
    Weakening(
        "authentication none",
        put("flows/intake/authn/method", "none"),
        "identity.unauthenticated::flow:intake::authn.method",
    ),
    Weakening(
        "authentication dropped", drop("flows/submit/authn"), "identity.unauthenticated::flow:submit::authn.method"
    ),
    Weakening(
        "authentication by password",
        put("flows/store-record/authn/method", "password"),
        "identity.password_between_workloads::flow:store-record::authn.method",
    ),
    Weakening(
        "no authentication inside a zone",
        put("flows/kms-roots/authn/method", "none"),
        "identity.unauthenticated::flow:kms-roots::authn.method",
    ),
    Weakening(
        "credential for a month",
        put("flows/capture/authn/credential/lifetime", "P30D"),
        "access.credential_lifetime::flow:capture::authn.credential.lifetime",
    ),
    Weakening(
        "credential without end",
        drop("flows/capture/authn/credential"),
        "access.credential_lifetime::flow:capture::authn.credential.lifetime",
        "not_assessed",
    ),
    Weakening("authorisation dropped", drop("flows/hand-over/authz"), "access.no_role::flow:hand-over::authz.roles"),
    Weakening("role dropped", put("flows/look-up/authz/roles", []), "access.no_role::flow:look-up::authz.roles"),
    Weakening(
        "permission dropped",
        drop("flows/look-up/authz/permission"),
        "access.no_permission::flow:look-up::authz.permission",
    ),
    Weakening(
        "wildcard asked for",
        put("flows/look-up/authz/permission", "event:*"),
        "access.wildcard::flow:look-up::authz.permission",
    ),
    Weakening(
        "wildcard granted",
        put("roles/verifier/permissions", ["event:*"]),
        "access.wildcard_role::role:verifier::permissions",
    ),
    Weakening(
        "permission of another role",
        put("flows/query/authz/permission", "event:write"),
        "access.permission_not_granted::flow:query::authz.permission",
    ),
    Weakening(
        "address as authorisation",
        put("flows/query/authz/network_location", True),
        "access.network_location::flow:query::authz.network_location",
    ),
    Weakening(
        "callers dropped", drop("zones/data/callers"), "identity.caller_not_allowed::flow:store-record::entered[0]"
    ),
    Weakening(
        "anyone may call", add("zones/ingress/callers", "anyone"), "identity.anonymous_zone::zone:ingress::rate_limited"
    ),
    Weakening(
        "rate limit off",
        put("zones/untrusted/rate_limited", False),
        "identity.anonymous_zone::zone:untrusted::rate_limited",
    ),
    Weakening(
        "rate limit dropped",
        drop("zones/untrusted/rate_limited"),
        "identity.anonymous_zone::zone:untrusted::rate_limited",
    ),
    Weakening(
        "identity dropped",
        drop("components/automation/identity"),
        "identity.workload_identity::component:automation::identity",
    ),
    Weakening(
        "identity shared",
        put("components/deid/identity", "spiffe://aldermoor.example/automation"),
        "identity.shared_identity::component:deid::identity",
    ),
    Weakening(
        "role for people and machines",
        put("roles/regulatory_reviewer/subjects", "any"),
        "access.human_and_workload_role::role:regulatory_reviewer::subjects",
    ),
    Weakening(
        "a machine in a person's role",
        add("components/review-console/roles", "investigator"),
        "access.human_and_workload_role::role:investigator::held_by_components",
    ),
    Weakening(
        "component loses its role",
        take("components/automation/roles", "ingestion_service"),
        "access.role_not_held::flow:store-record::authz.roles",
    ),
    Weakening(
        "one person holds both duties",
        add("principals/j-okafor/roles", "site_coordinator"),
        "access.separation_of_duties::duty_pair:packet%3Aupload/submission%3Asign::principals",
    ),
    Weakening(
        "one role holds both duties",
        add("roles/ingestion_service/permissions", "submission:sign"),
        "access.separation_of_duties::duty_pair:record%3Awrite/submission%3Asign::roles",
    ),
    Weakening(
        "one component holds both duties",
        add("components/pharmacy-014/roles", "transfer_receiver"),
        "access.separation_of_duties::duty_pair:transfer%3Aacknowledge/transfer%3Asend::components",
    ),
    Weakening(
        "needs dropped", drop("roles/deidentifier/needs"), "access.minimum_necessary::flow:read-for-deid::authz.roles"
    ),
    Weakening(
        "all fields read", drop("flows/read-for-deid/fields"), "access.minimum_necessary::flow:read-for-deid::fields"
    ),
    Weakening("purpose dropped", drop("flows/verify/purpose"), "access.minimum_necessary::flow:verify::purpose"),
    Weakening(
        "openings not logged",
        drop("roles/investigator/custody_logged"),
        "access.custody_logged::role:investigator::custody_logged",
    ),
    Weakening(
        "patients beside stock",
        add("components/inventory-service/originates", "dispense-record"),
        "access.phi_apart_from_inventory::component:inventory-service::effective_label",
    ),
)

CARRIAGE = (
    Weakening(
        "carriage undeclared", drop("flows/hand-over/carries"), "structure.carriage_undeclared::flow:hand-over::carries"
    ),
    Weakening(
        "seal dropped",
        take("flows/submit/protection/submission", {"sealed": "sponsor-key"}),
        "transit.unsealed_item::wire:submit/forward/1/submission::plaintext",
    ),
    Weakening(
        "seal dropped behind a hop",
        take("flows/site-012-upload/protection/clinical-record", {"sealed": "site-012-key"}),
        "structure.assertion_broken::assertion:sealed-on-the-wire::broken",
    ),
    Weakening(
        "seal dropped before a broker",
        drop("flows/publish/protection"),
        "processing.broker_plaintext::exposure:event-broker/epcis-event::plaintext",
    ),
    Weakening(
        "sensitive field left open",
        put("flows/dispense-in/protection/dispense-record/0/field_encrypted/fields", ["patient_name"]),
        "transit.field_encryption::flow:dispense-in::protection",
    ),
    Weakening(
        "signature dropped",
        take("flows/submit/protection/submission", {"signed": "submission-signing-key"}),
        "signatures.egress_unsigned::component:packager::signs_with",
    ),
    Weakening(
        "seals_with dropped",
        take("components/trial-gateway/seals_with", "phi-data-key"),
        "transit.seal_held::wire:intake/forward/1/clinical-record::unheld_seals",
    ),
    Weakening(
        "signs_with dropped",
        take("components/packager/signs_with", "submission-signing-key"),
        "transit.seal_held::wire:submit/forward/1/submission::unheld_signatures",
    ),
    Weakening(
        "verifies_with dropped",
        drop("components/sponsor/verifies_with"),
        "signatures.unverified::wire:submit/forward/1/submission::verified",
    ),
    Weakening(
        "broker opens",
        put("components/event-broker/opens_with", ["event-key"]),
        "structure.assertion_broken::assertion:blind-broker::broken",
    ),
    Weakening(
        "broker opens without a grant",
        put("components/event-broker/opens_with", ["event-key"]),
        "keys.granted_users::key:event-key::grantees",
    ),
    Weakening(
        "more carried than is cleared",
        add("flows/hand-over/carries", "clinical-record"),
        "classification.clearance::exposure:packager/clinical-record/site-012::clearance",
    ),
    Weakening(
        "a new flow past the threshold",
        add("flows", SHORTCUT),
        "structure.assertion_broken::assertion:partners-through-the-gate::broken",
    ),
    Weakening(
        "a way past the threshold",
        put("flows/store-record/from", "site-012-portal"),
        "structure.assertion_broken::assertion:through-the-gate::broken",
    ),
)

RECORDING = (
    Weakening("audit dropped", drop("flows/submit/audit"), "audit.crossing_logged::flow:submit::audit.ledger"),
    Weakening(
        "recorded by an end without a way to the ledger",
        put("flows/site-012-upload/audit/by", "from"),
        "audit.ledger_reachable::flow:site-012-upload::audit.reachable",
    ),
    Weakening(
        "way to the ledger gone",
        put("flows/deid-log/from", "packager"),
        "audit.ledger_reachable::flow:hand-over::audit.reachable",
    ),
    Weakening(
        "identifiers in entries", put("flows/intake/audit/redacts", False), "audit.redacted::flow:intake::audit.redacts"
    ),
    Weakening(
        "whole path unrecorded",
        both(
            *(drop(f"flows/{name}/audit") for name in ("site-012-upload", "site-031-upload", "intake", "store-record"))
        ),
        "structure.path_unrecorded::path:untrusted/clinical-db::avoids_audit",
    ),
)
