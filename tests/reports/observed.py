"""A conformance assessment made by hand: claims in every state, and attempts that ended in every way."""

from __future__ import annotations

import msgspec

from limen.records.assessment import Assessment
from limen.records.reconciliation import ABSENT, AttemptRow, ClaimRow, Sight
from limen.records.statuses import STATUSES, Status
from limen.records.subjects import Detail
from tests.reports.building import Words, decided, located, rule, sample, table

_TLS = "in_transit.tls.min"


def claim(
    name: str, derived: object, observed: object = None, *, path: str = _TLS, section: str = "flow", own: bool = True,
    probe: str = "tls", agrees: bool | None = None, age: int | None = None, attempt: Sight = "completed",
    reason: str = "", requested: bool = True, observable: bool = True, words: Words = str,
) -> ClaimRow:  # fmt: skip
    """Return a claim's row; what is not its own is inherited."""
    value = msgspec.json.encode(derived)
    return ClaimRow(
        subject=f"claim:{section}/{name}/{path}",
        section=section,
        name=name,
        claim=path,
        probe=probe,
        declared=value if own else ABSENT,
        inherited=ABSENT if own else value,
        derived=value,
        observed=msgspec.json.encode(observed),
        agrees=agrees,
        age=age,
        attempt=attempt,
        reason=reason and words(reason),
        requested=requested,
        observable=observable,
        provenance=words(f"declared on {section} {name}"),
        location=located((f"{section}s", name)),
    )


def attempt(target: str, status: Sight, reason: str = "", *, counts: bool = True, words: Words = str) -> AttemptRow:
    """Return an attempt's row."""
    ran = status not in ("none", "not_scheduled")
    return AttemptRow(
        probe="tls",
        version="1" if ran else "",
        section="flow",
        target=target,
        endpoint=words("gateway.example:443"),
        status=status,
        reason=reason and words(reason),
        started_at=1_795_323_600 if ran else 0,
        duration=0.25 if ran else 0.0,
        tries=int(ran),
        observations=int(status == "completed"),
        counts=counts,
    )


def observed(words: Words = str, **changes: object) -> Assessment:
    """Return the assessment; `changes` replace its fields."""
    said = words("").encode(errors="replace").decode()
    cases: list[tuple[ClaimRow, Status, Status]] = [  # the claim, what `stale` and what `unobserved` say of it
        (claim("weak", 13, 12, agrees=False, age=3_600), "pass", "pass"),
        (claim("broken", 13, attempt="error", reason="connection refused", words=words), "not_applicable",
         "not_assessed"),
        (claim("idle", 13, attempt="none", reason="no attempt was recorded", words=words), "not_applicable",
         "not_assessed"),
        (claim("old", 13, 13, own=False, agrees=True, age=2_592_000), "fail", "pass"),
        (claim("good", 13, 13, own=False, agrees=True, age=90), "pass", "pass"),
        (claim("phi-key", ["db", f"gateway{said}"], path="grantees", section="key", probe="kms", attempt="none",
               requested=False, observable=False, reason="a token keeps no list of grantees", words=words),
         "not_applicable", "not_applicable"),
        (claim("phi-key", 7_776_000, path="rotation", section="key", probe="kms", attempt="none", requested=False,
               reason="no attempt was recorded", words=words), "not_applicable", "not_applicable"),
        (claim("phi-key", "hsm", f"software{said}", path="origin", section="key", probe="kms", agrees=False, age=7_300),
         "pass", "pass"),
    ]  # fmt: skip
    rows = tuple(row for row, _, _ in cases)
    names = [row.subject.removeprefix("claim:") for row in rows]
    claims = table("claim", names, lambda index: Detail(path=("flows", rows[index].name), title=words("a claim")))
    rules = {
        "conformance.stale": decided(rule("conformance.stale", "claim", words=words), [s for _, s, _ in cases], words),
        "conformance.unobserved": decided(
            rule("conformance.unobserved", "claim", words=words), [u for _, _, u in cases], words
        ),
    }
    counts = dict.fromkeys(STATUSES, 0)
    for _, stale, unobserved in cases:
        counts[stale] += 1
        counts[unobserved] += 1
    values: dict[str, object] = {
        "scope": "conformance",
        "tables": {"claim": claims},
        "decisions": rules,
        "findings": (),
        "counts": counts,
        "claims": len(rows),
        "observed": sum(row.agrees is not None for row in rows),
        "unseeable": sum(not row.observable for row in rows),
        "reconciliation": rows,
        "attempts": (
            attempt("weak", "completed", words=words),
            attempt("broken", "error", "connection refused", words=words),
            attempt("idle", "none", "no attempt was recorded", words=words),
            attempt("later", "not_scheduled", "the deadline of the run came first", words=words),
            attempt("moved", "completed", counts=False, words=words),
        ),
    }
    return sample(words, **(values | changes))
