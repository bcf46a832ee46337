"""Subjects of kind probe: what is asked of reality, where, and how often."""

from __future__ import annotations

from collections import Counter

from msgspec import UNSET

from limen.analysis.given import given, seconds
from limen.analysis.kinds.probe import ProbeSubject
from limen.analysis.listing import listed
from limen.model.declaration import Declaration
from limen.model.operations import ProbeRequest
from limen.records.subjects import Detail, SubjectTable

TARGETS: dict[str, frozenset[str]] = {
    "tls": frozenset({"flow", "component"}),
    "kms": frozenset({"key"}),
    "ledger": frozenset({"ledger"}),
    "tenancy": frozenset({"component"}),
    "storage": frozenset({"component"}),
    "brokers": frozenset({"component", "flow"}),
    "leak": frozenset({"flow", "component", "none"}),
    "secrets": frozenset({"none", "component"}),
    "code": frozenset({"none", "component"}),
}
"""What each probe can be asked about."""
ANSWER_WITH_CREDENTIALS = frozenset({"kms", "tenancy", "storage"})
"""Probes of services that tell a stranger nothing, so that without a credential nothing is learnt."""
_FIELDS = ("flow", "component", "key", "ledger")


def named_target(request: ProbeRequest) -> tuple[str, str]:
    """Return kind and name of what a probe is asked about: ("none", "") for the system, "several" for more than one."""
    named = [(field, name) for field in _FIELDS if (name := getattr(request, field)) is not UNSET]
    if not named:
        return ("none", "")
    return named[0] if len(named) == 1 else ("several", "+".join(str(name) for _, name in named))


def probe_table(declaration: Declaration) -> SubjectTable:
    """Return the table of probes, in the order of the declaration; the second about the same target is its `2`."""
    subjects = []
    times: Counter[tuple[str, str]] = Counter()
    for request in declaration.probes:
        target, name = named_target(request)
        times[request.probe, name] += 1
        number = times[request.probe, name]
        subject = given(
            ProbeSubject,
            probe=request.probe,
            target=target,
            fits=target in TARGETS[request.probe],
            endpoint=request.endpoint is not UNSET,
            needs_credential=request.probe in ANSWER_WITH_CREDENTIALS,
            credential=request.credential is not UNSET,
            every=seconds(request.every),
        )
        subjects.append(((request.probe, name, "" if number == 1 else str(number)), subject))

    def details(index: int) -> Detail:
        request = declaration.probes[index]
        _, name = named_target(request)
        title = f"probe {request.probe}" + (f" of {name}" if name else "")
        return Detail(path=("probes", index), title=title)

    return listed("probe", 3, subjects, details)
