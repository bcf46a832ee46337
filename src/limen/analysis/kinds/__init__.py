"""The kinds of subject that rules judge: the structs from which rego/schemas is generated.

Values are plain: durations are whole seconds, TLS versions ranks (1.2 is 12), levels ranks from 0. Names
never appear, so that renaming changes no verdict: relations are counts, and a finding points at `peers`
by `ref`. A field that the declaration does not give is absent, and a check that needs it is not_assessed.
"""

from __future__ import annotations

import msgspec

from limen.analysis.kinds.access import DutyPairSubject, RoleSubject
from limen.analysis.kinds.common import Part
from limen.analysis.kinds.data import DataSubject, ExposureSubject, TransformationSubject, WireSubject
from limen.analysis.kinds.flow import FlowSubject
from limen.analysis.kinds.judged import judged
from limen.analysis.kinds.keys import KeySubject
from limen.analysis.kinds.ledgers import LedgerSubject, TransferSubject
from limen.analysis.kinds.observed_brokers import BrokersFacts
from limen.analysis.kinds.observed_code import CodeFacts
from limen.analysis.kinds.observed_kms import KmsFacts
from limen.analysis.kinds.observed_leak import LeakFacts
from limen.analysis.kinds.observed_ledger import LedgerFacts
from limen.analysis.kinds.observed_secrets import SecretsFacts
from limen.analysis.kinds.observed_storage import StorageFacts
from limen.analysis.kinds.observed_tenancy import TenancyFacts
from limen.analysis.kinds.observed_tls import TlsFacts
from limen.analysis.kinds.places import ComponentSubject, ZoneSubject
from limen.analysis.kinds.principal import PrincipalSubject
from limen.analysis.kinds.probe import ProbeSubject
from limen.analysis.kinds.structure import AssertionSubject, ClaimSubject, PathSubject
from limen.analysis.kinds.system import SystemSubject
from limen.analysis.kinds.tenancy import TenantPairSubject, TenantSubject

OBSERVED: dict[str, type[Part]] = {
    "brokers_observation": BrokersFacts,
    "code_observation": CodeFacts,
    "kms_observation": KmsFacts,
    "leak_observation": LeakFacts,
    "ledger_observation": LedgerFacts,
    "secrets_observation": SecretsFacts,
    "storage_observation": StorageFacts,
    "tenancy_observation": TenancyFacts,
    "tls_observation": TlsFacts,
}
"""What probes observe: each kind of observation and the struct of its facts."""

KINDS: dict[str, type[msgspec.Struct]] = {
    "system": SystemSubject,
    "zone": ZoneSubject,
    "component": ComponentSubject,
    "flow": FlowSubject,
    "wire": WireSubject,
    "exposure": ExposureSubject,
    "transformation": TransformationSubject,
    "data": DataSubject,
    "key": KeySubject,
    "role": RoleSubject,
    "duty_pair": DutyPairSubject,
    "tenant": TenantSubject,
    "tenant_pair": TenantPairSubject,
    "ledger": LedgerSubject,
    "transfer": TransferSubject,
    "assertion": AssertionSubject,
    "path": PathSubject,
    "claim": ClaimSubject,
    "probe": ProbeSubject,
    "principal": PrincipalSubject,
    **{kind: judged(kind, facts) for kind, facts in OBSERVED.items()},
}
"""Every kind of subject and the struct of its input."""
