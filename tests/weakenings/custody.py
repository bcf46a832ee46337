"""Weakenings of keys, secrets, ledgers, tenants, transfers and operations, and of whole sections."""

from __future__ import annotations

from tests.weakenings.edits import add, both, drop, put, take
from tests.weakenings.weakening import Weakening

KEYS = (
    Weakening(
        "custody application",
        put("keys/phi-data-key/custody", "application"),
        "rest.key_custody::key:phi-data-key::custody",
    ),
    Weakening(
        "custody configuration",
        put("keys/stock-key/custody", "configuration"),
        "rest.key_custody::key:stock-key::custody",
    ),
    Weakening(
        "custody dropped", drop("keys/stock-key/custody"), "rest.key_custody::key:stock-key::custody", "not_assessed"
    ),
    Weakening("rotation slower", put("keys/phi-data-key/rotation", "P3Y"), "keys.rotation::key:phi-data-key::rotation"),
    Weakening("rotation dropped", drop("keys/phi-data-key/rotation"), "keys.rotation::key:phi-data-key::rotates"),
    Weakening(
        "old versions not retained",
        put("keys/event-key/retains_old_versions", False),
        "keys.old_versions::key:event-key::retains_old_versions",
    ),
    Weakening(
        "old versions not spoken of",
        drop("keys/event-key/retains_old_versions"),
        "keys.old_versions::key:event-key::retains_old_versions",
    ),
    Weakening(
        "signing key made in software",
        put("keys/submission-signing-key/origin", "software"),
        "keys.origin::key:submission-signing-key::origin",
    ),
    Weakening(
        "module of FIPS 140-2",
        put("keys/phi-data-key/module/standard", "FIPS 140-2"),
        "rest.module::key:phi-data-key::module.standard",
    ),
    Weakening(
        "module of a lower level",
        put("keys/phi-data-key/module/level", 1),
        "rest.module::key:phi-data-key::module.level",
    ),
    Weakening(
        "module dropped",
        drop("keys/phi-data-key/module"),
        "rest.module::key:phi-data-key::module.standard",
        "not_assessed",
    ),
    Weakening(
        "certificate dropped",
        drop("keys/phi-data-key/module/certificate"),
        "rest.module::key:phi-data-key::module.certificate",
    ),
    Weakening(
        "key for two purposes",
        add("flows/intake/protection/clinical-record", {"signed": "phi-data-key"}),
        "keys.one_purpose::key:phi-data-key::purpose",
    ),
    Weakening(
        "key of two tenants",
        add("components/pharmacy-022/opens_with", "pharmacy-014-key"),
        "keys.one_tenant::key:pharmacy-014-key::tenants",
    ),
    Weakening(
        "key for production and tests",
        both(put("keys/stock-key/id", "encrypt/phi-data"), put("keys/stock-key/environment", "test")),
        "keys.one_environment::key:phi-data-key::same_material",
    ),
    Weakening(
        "cryptoperiod passed",
        put("keys/line-signing-key/activated", "2020-01-01"),
        "keys.cryptoperiod::key:line-signing-key::age",
    ),
    Weakening(
        "cryptoperiod longer",
        put("keys/line-signing-key/cryptoperiod", "P10Y"),
        "keys.cryptoperiod::key:line-signing-key::cryptoperiod",
    ),
    Weakening("3DES", put("keys/phi-data-key/algorithm", "3DES"), "keys.algorithm::key:phi-data-key::algorithm"),
    Weakening(
        "RSA-1024",
        put("keys/submission-signing-key/algorithm", "RSA-1024"),
        "keys.algorithm::key:submission-signing-key::algorithm",
    ),
    Weakening(
        "user not granted", take("keys/phi-data-key/grantees", "deid"), "keys.granted_users::key:phi-data-key::grantees"
    ),
    Weakening(
        "grantee without use",
        add("keys/phi-data-key/grantees", "ops-webhook"),
        "keys.idle_grants::key:phi-data-key::grantees",
    ),
    Weakening(
        "AES-128 key at rest",
        put("keys/clinical-store-key/algorithm", "AES-128"),
        "rest.algorithm::component:clinical-db::at_rest.key_algorithm",
    ),
)

LEDGERS = (
    Weakening(
        "verified on read no more",
        put("ledgers/cs-ledger/verify_on_read", False),
        "audit.verified_on_read::ledger:cs-ledger::verify_on_read",
    ),
    Weakening("chain dropped", drop("ledgers/cs-ledger/chain"), "audit.chained::ledger:cs-ledger::chain.algorithm"),
    Weakening(
        "chain without a key",
        put("ledgers/cs-ledger/chain", {"algorithm": "SHA-256", "format": "limen-v1"}),
        "audit.chained::ledger:cs-ledger::chain.algorithm",
    ),
    Weakening(
        "chain none",
        put("ledgers/cs-ledger/chain/algorithm", "none"),
        "audit.chained::ledger:cs-ledger::chain.algorithm",
    ),
    Weakening(
        "chain key beside the ledger",
        put("keys/cs-audit-key/held_by", "cs-ledger"),
        "audit.chain_key_apart::ledger:cs-ledger::chain.key_beside",
    ),
    Weakening(
        "anchors dropped", drop("ledgers/trace-log/anchors"), "audit.anchored::ledger:trace-log::anchors.declared"
    ),
    Weakening(
        "anchors slower",
        put("ledgers/trace-log/anchors/every", "P7D"),
        "audit.anchored::ledger:trace-log::anchors.every",
    ),
    Weakening(
        "anchored at home",
        put("ledgers/trace-log/anchors/to", "trace-log"),
        "audit.anchored::ledger:trace-log::anchors.elsewhere",
    ),
    Weakening(
        "entries can be changed",
        put("ledgers/trace-log/append_only", False),
        "audit.append_only::ledger:trace-log::append_only",
    ),
    Weakening(
        "clock local", put("ledgers/trace-log/clock/source", "local"), "audit.clock::ledger:trace-log::clock_source"
    ),
    Weakening(
        "clock may deviate",
        put("ledgers/trace-log/clock/max_skew", "PT1H"),
        "audit.clock::ledger:trace-log::clock_max_skew",
    ),
    Weakening("clock dropped", drop("ledgers/trace-log/clock"), "audit.clock::ledger:trace-log::clock_source"),
    Weakening(
        "entries without actor",
        take("ledgers/crossing-log/records", "actor"),
        "audit.entry_content::ledger:crossing-log::records",
    ),
    Weakening(
        "entries not validated",
        drop("components/crossing-log/ingress"),
        "audit.integrity::ledger:crossing-log::integrity",
    ),
    Weakening(
        "entries kept shorter",
        put("ledgers/trace-log/tiers/2/until", "P4Y"),
        "retention.ledger_period::ledger:trace-log::tiers",
    ),
    Weakening(
        "gap between tiers",
        put("ledgers/trace-log/tiers/1/until", "P300D"),
        "retention.tiers::ledger:trace-log::tier_gaps",
    ),
    Weakening(
        "tier can be overwritten",
        put("ledgers/trace-log/tiers/1/worm", False),
        "retention.write_once::ledger:trace-log::tiers",
    ),
    Weakening(
        "cold tier unencrypted",
        put("ledgers/trace-log/tiers/2/encrypted", False),
        "retention.cold_tier::ledger:trace-log::cold_unencrypted",
    ),
    Weakening(
        "cold tier unproven",
        drop("ledgers/trace-log/tiers/2/proof_of_existence"),
        "retention.cold_tier::ledger:trace-log::cold_unproven",
    ),
    Weakening(
        "legal hold unsupported",
        put("ledgers/cs-ledger/legal_hold", "unsupported"),
        "retention.legal_hold::ledger:cs-ledger::legal_hold",
    ),
    Weakening(
        "one approver of deletions",
        take("ledgers/cs-ledger/deletion/approvers", "legal-counsel"),
        "retention.deletion_approved::ledger:cs-ledger::deletion.approvers",
    ),
    Weakening(
        "deletions not logged",
        put("ledgers/cs-ledger/deletion/logged", False),
        "retention.deletion_approved::ledger:cs-ledger::deletion.logged",
    ),
    Weakening(
        "deletion undeclared",
        drop("ledgers/cs-ledger/deletion"),
        "retention.deletion_approved::ledger:cs-ledger::deletion",
    ),
)

TENANCY = (
    Weakening(
        "tenant id by a plain hash",
        put("tenants/pharmacy-014/binding/algorithm", "SHA-256"),
        "tenancy.binding::tenant:pharmacy-014::binding.algorithm",
    ),
    Weakening(
        "tenant id without a key",
        drop("tenants/pharmacy-014/binding/key"),
        "tenancy.binding::tenant:pharmacy-014::binding.key",
    ),
    Weakening(
        "tenant id of a name",
        add("tenants/pharmacy-014/binding/inputs", "title"),
        "tenancy.binding::tenant:pharmacy-014::binding.inputs[3]",
    ),
    Weakening("binding dropped", drop("tenants/site-031/binding"), "tenancy.binding::tenant:site-031::binding"),
    Weakening(
        "tenant id not in the row",
        take("tenants/pharmacy-014/binding/carried_in", "row"),
        "tenancy.id_carried::tenant:pharmacy-014::binding.carried_in",
    ),
    Weakening(
        "two tenants of one registration",
        both(
            *(
                put(f"tenants/pharmacy-022/{field}", value)
                for field, value in (("dea_number", "AP5836727"), ("npi", "1234567893"), ("facility", "F-014"))
            )
        ),
        "tenancy.binding_unique::tenant:pharmacy-022::binding.inputs",
    ),
    Weakening(
        "impossible DEA number",
        put("tenants/pharmacy-014/dea_number", "AP5836728"),
        "tenancy.dea_number::tenant:pharmacy-014::dea_number",
    ),
    Weakening(
        "one signature",
        put("transfers/t-014-022/dual_signature", False),
        "tenancy.transfer_signatures::transfer:t-014-022::dual_signature",
    ),
    Weakening(
        "order unsigned by its sender",
        take("flows/out-014/protection/transfer-order", {"signed": "pharmacy-014-signing-key"}),
        "tenancy.transfer_signatures::transfer:t-014-022::flows",
    ),
    Weakening(
        "acknowledged in three days",
        put("transfers/t-014-022/acknowledge_within", "P3D"),
        "tenancy.transfer_acknowledgement::transfer:t-014-022::acknowledge_within",
    ),
    Weakening(
        "acknowledged some day",
        drop("transfers/t-014-022/acknowledge_within"),
        "tenancy.transfer_acknowledgement::transfer:t-014-022::acknowledge_within",
        "not_assessed",
    ),
    Weakening(
        "token works twice",
        put("transfers/t-014-022/token/single_use", False),
        "tenancy.transfer_token::transfer:t-014-022::token_single_use",
    ),
    Weakening(
        "token lasts",
        put("transfers/t-014-022/token/ephemeral", False),
        "tenancy.transfer_token::transfer:t-014-022::token_ephemeral",
    ),
    Weakening(
        "token dropped", drop("transfers/t-014-022/token"), "tenancy.transfer_token::transfer:t-014-022::token_declared"
    ),
    Weakening(
        "custody log dropped",
        drop("transfers/t-014-022/custody_log"),
        "tenancy.transfer_custody::transfer:t-014-022::custody_log",
    ),
    Weakening(
        "leg of a transfer not named",
        take("transfers/t-014-022/flows", "in-014-022"),
        "tenancy.transfer_route::transfer:t-014-022::tenants",
    ),
)

OPERATIONS = (
    Weakening(
        "secrets as literals",
        put("secrets/injected_as", "literal"),
        "secrets.injection::system:aldermoor::secrets.injected_as",
    ),
    Weakening(
        "secrets in files",
        put("secrets/injected_as", "file"),
        "secrets.injection::system:aldermoor::secrets.injected_as",
    ),
    Weakening(
        "starts without its secret",
        put("secrets/on_missing", "ignore"),
        "secrets.on_missing::system:aldermoor::secrets.on_missing",
    ),
    Weakening(
        "secrets for a month", put("secrets/lifetime", "P30D"), "secrets.lifetime::system:aldermoor::secrets.lifetime"
    ),
    Weakening(
        "secrets without end",
        drop("secrets/lifetime"),
        "secrets.lifetime::system:aldermoor::secrets.lifetime",
        "not_assessed",
    ),
    Weakening(
        "no scanning in CI",
        put("secrets/scanning/in_ci", False),
        "secrets.scanning::system:aldermoor::secrets.scanning.in_ci",
    ),
    Weakening("no secret store", drop("secrets/store"), "secrets.store::system:aldermoor::secrets.store"),
    Weakening(
        "trigger dropped",
        take("incident_response/triggers", "crypto-failure"),
        "operations.triggers::system:aldermoor::incident_response.triggers",
    ),
    Weakening(
        "runbook dropped",
        drop("incident_response/runbook"),
        "operations.runbook::system:aldermoor::incident_response.runbook",
    ),
    Weakening(
        "hook dropped", drop("incident_response/hook"), "operations.hook::system:aldermoor::incident_response.hook"
    ),
    Weakening(
        "evidence not preserved",
        put("incident_response/preserves_evidence", False),
        "operations.evidence_preserved::system:aldermoor::incident_response.preserves_evidence",
    ),
    Weakening(
        "verified once a quarter",
        put("verification/schedule", "P90D"),
        "operations.verification_schedule::system:aldermoor::verification.schedule",
    ),
    Weakening(
        "tenancy verified never",
        take("verification/of", "tenancy"),
        "operations.verification_coverage::system:aldermoor::verification.of",
    ),
    Weakening(
        "rotation procedure dropped",
        drop("key_rotation_procedure"),
        "operations.rotation_procedure::system:aldermoor::key_rotation_procedure",
    ),
    Weakening("nobody owns the system", drop("system/owner"), "operations.owner::system:aldermoor::system.owner"),
)

SECTIONS = tuple(
    Weakening(
        f"section {name} removed", drop(name), f"structure.required_sections::system:aldermoor::missing_sections[0]"
    )
    for name in (
        "secrets",
        "incident_response",
        "verification",
        "principals",
        "separation_of_duties",
        "transfers",
        "ledgers",
        "keys",
        "roles",
        "labels",
        "tenants",
    )
)
