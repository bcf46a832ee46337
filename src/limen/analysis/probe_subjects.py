"""Subjects of kind probe: what is asked of reality, where and how often, and how the last attempt at it ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import UNSET, UnsetType

from limen.analysis.given import given, seconds
from limen.analysis.kinds.probe import ProbeSubject
from limen.analysis.listing import listed
from limen.model.declaration import Declaration
from limen.model.operations import ProbeRequest
from limen.records.attempts import Attempt
from limen.records.subjects import Detail, SubjectTable

if TYPE_CHECKING:
    from limen.analysis.observations import Observations

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


def probe_table(declaration: Declaration, observations: Observations | None = None) -> SubjectTable:
    """Return the table of probes, in the order of the declaration; the second about the same target is its `2`.

    Without observations there is no attempt at any of them.
    """
    subjects = []
    matches = {} if observations is None else observations.matches
    times: Counter[tuple[str, str]] = Counter()
    for index, request in enumerate(declaration.probes):
        target, name = named_target(request)
        attempt = matches[index].attempt if index in matches else None
        every, age = seconds(request.every), _age(observations, attempt)
        times[request.probe, name] += 1
        number = times[request.probe, name]
        subject = given(
            ProbeSubject,
            probe=request.probe,
            target=target,
            fits=target in TARGETS[request.probe],
            endpoint=request.endpoint is not UNSET,
            needs_credential=request.probe in ANSWER_WITH_CREDENTIALS and not _is_file(request),
            credential=request.credential is not UNSET,
            untold=tuple(sorted(_untold(request, declaration))),
            every=every,
            attempt="none" if attempt is None else attempt.status,
            age=age,
            missed=_missed(every, age),
        )
        subjects.append(((request.probe, name, "" if number == 1 else str(number)), subject))

    def details(index: int) -> Detail:
        request = declaration.probes[index]
        _, name = named_target(request)
        title = f"probe {request.probe}" + (f" of {name}" if name else "")
        provenance = {} if observations is None else {"attempt": observations.ending(index)}
        return Detail(path=("probes", index), title=title, provenance=provenance)

    return listed("probe", 3, subjects, details)


def _is_file(request: ProbeRequest) -> bool:
    """Return whether what is asked is a file, which nobody logs in to."""
    return request.endpoint is not UNSET and request.endpoint.startswith("file:")


def _untold(request: ProbeRequest, declaration: Declaration) -> Iterator[str]:
    """Yield the options that a request lacks and without which its probe sees nothing of what is claimed there."""
    options = request.options
    if request.probe == "leak" and options.canaries is UNSET and options.driver is UNSET:
        yield "canaries"
    if request.probe == "tenancy" and options.tenant_setting is UNSET:
        yield "tenant_setting"
    ledger = declaration.ledgers.get(str(request.ledger)) if request.probe == "ledger" else None
    if ledger is not None and ledger.anchors is not UNSET:
        yield from (name for name in ("anchors", "witness") if getattr(options, name) is UNSET)
    if ledger is not None and ledger.chain is not UNSET and ledger.chain.algorithm.startswith("HMAC"):
        yield from ("chain_keys",) * (options.chain_keys in (UNSET, ()))


def _age(observations: Observations | None, attempt: Attempt | None) -> int | UnsetType:
    if observations is None or attempt is None or attempt.status != "completed":
        return UNSET
    return observations.age(attempt)


def _missed(every: int | UnsetType, age: int | UnsetType) -> int | UnsetType:
    """Return how many turns were missed: an attempt may be an interval old, and the next one be under way."""
    if age is UNSET or every is UNSET or not every:
        return UNSET if age is UNSET else 0
    return max(0, age // every - 1)
