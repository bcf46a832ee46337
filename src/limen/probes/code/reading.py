"""From the record of an analysis to facts; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import msgspec
from msgspec import UNSET

from limen.analysis.kinds.observed_code import CodeFacts, CodeFinding, CodeScan
from limen.probes.code.record import AnalysisRecord
from limen.probes.interface import AttemptError, Seen
from limen.records.attempts import RawResponse


def facts(raw: Mapping[str, RawResponse]) -> Sequence[Seen]:
    """Return one fact for each place, and one for the analysis; raises AttemptError where the record is none."""
    response = raw.get("code.json")
    if response is None:
        raise AttemptError("there is no code.json among the raw responses")
    try:
        record = msgspec.json.decode(response.content, type=AnalysisRecord)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise AttemptError(f"code.json is no record of an analysis: {error}") from None
    return [*_findings(record), Seen(detail="", facts=CodeFacts(what="scan", scan=_scan(record)))]


def _findings(record: AnalysisRecord) -> Iterator[Seen]:
    details: Counter[str] = Counter()
    for one in record.found:
        detail = f"{one.rule} at {one.path}" + (f":{one.line}:{one.column}" if one.line else "")
        details[detail] += 1
        number = details[detail]
        finding = CodeFinding(
            rule=one.rule, category=one.category, language=one.language, excuse=one.excuse, tool=one.tool
        )
        yield Seen(
            detail=detail if number == 1 else f"{detail} ({number})", facts=CodeFacts(what="finding", finding=finding)
        )


def _scan(record: AnalysisRecord) -> CodeScan:
    reasons = [one.reason for one in record.unscanned]
    if record.dropped:
        reasons.append("more places than are told one by one")
    return CodeScan(
        files=record.files,
        rules=record.rules,
        found=len(record.found) + record.dropped,
        unused_allowances=len(record.unused_allowances),
        unscanned=sum(one.count for one in record.unscanned),
        reasons=tuple(sorted(reasons)),
        complete=UNSET if reasons else True,
    )
