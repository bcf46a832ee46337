"""From the record of a search to facts; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import msgspec
from msgspec import UNSET

from limen.analysis.kinds.observed_secrets import FoundSecret, SecretsFacts, SecretsScan
from limen.probes.interface import AttemptError, Seen
from limen.probes.secrets.record import Found, SearchRecord
from limen.records.attempts import RawResponse


def facts(raw: Mapping[str, RawResponse]) -> Sequence[Seen]:
    """Return one fact for each secret, and one for the search; raises AttemptError where the record is none."""
    response = raw.get("secrets.json")
    if response is None:
        raise AttemptError("there is no secrets.json among the raw responses")
    try:
        record = msgspec.json.decode(response.content, type=SearchRecord)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise AttemptError(f"secrets.json is no record of a search: {error}") from None
    return [*_secrets(record), Seen(detail="", facts=SecretsFacts(what="scan", scan=_scan(record)))]


def _secrets(record: SearchRecord) -> Iterator[Seen]:
    copies = Counter(one.digest for one in record.found if one.digest)
    details: Counter[str] = Counter()
    for one in record.found:
        detail = _detail(one)
        details[detail] += 1
        number = details[detail]
        secret = FoundSecret(
            rule=one.pattern,
            provider=one.provider,
            excuse=one.excuse,
            place="history" if one.commit else "tree",
            layers=len(one.layers),
            length=one.length,
            entropy=round(one.entropy * 100),
            copies=copies[one.digest] or 1,
            tool=one.tool,
        )
        yield Seen(
            detail=detail if number == 1 else f"{detail} ({number})", facts=SecretsFacts(what="secret", secret=secret)
        )


def _detail(one: Found) -> str:
    commit = f" in {one.commit[:12]}" if one.commit else ""
    place = f"{one.path}:{one.line}:{one.column}" if one.line else one.path
    return f"{one.pattern} at {place}{commit}"


def _scan(record: SearchRecord) -> SecretsScan:
    reasons = [one.reason for one in record.unscanned]
    unscanned = sum(one.count for one in record.unscanned)
    if record.dropped:
        reasons.append("more secrets than are told one by one")
    return SecretsScan(
        files=record.files,
        size=record.size,
        history=record.history,
        commits=record.commits,
        found=len(record.found) + record.dropped,
        excused=sum(one.excuse != "none" for one in record.found),
        unused_allowances=len(record.unused_allowances),
        unscanned=unscanned,
        reasons=tuple(sorted(reasons)),
        complete=UNSET if reasons else True,
        in_ci=UNSET if record.in_ci is None else record.in_ci,
    )
