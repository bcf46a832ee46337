"""What a key's custodian shows, in the words of the section `keys`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from msgspec import UNSET

from limen.analysis.kinds.observed_kms import KmsFacts
from limen.analysis.reconciliation.kms import CLAIMS
from limen.model.keys import KeyAlgorithm
from limen.model.scalars import duration_text
from limen.probes.proposing import nested, strongest

_DAY = 86_400
_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.\-]*[A-Za-z0-9_])?")


def propose(facts: Sequence[KmsFacts]) -> Mapping[str, Any]:
    """Return what the facts would have a key's entry say; nothing of a key that its custodian does not know."""
    if not facts or not all(one.exists for one in facts):
        return {}
    algorithms = {one.algorithm for one in facts} & set(get_args(KeyAlgorithm))
    return nested(
        {
            "custody": strongest(CLAIMS["custody"], ("hsm", "kms", "application"), facts),
            "algorithm": algorithms.pop() if len(algorithms) == 1 else UNSET,
            "origin": strongest(CLAIMS["origin"], ("hsm", "software", "imported"), facts),
            "rotation": _rotation(facts),
            "retains_old_versions": strongest(CLAIMS["retains_old_versions"], (True, False), facts),
            "grantees": _grantees(facts),
        }
    )


def _rotation(facts: Sequence[KmsFacts]) -> Any:
    """Return the period that dates bear out, in whole days; UNSET where there is no date."""
    longest = max(
        (value for one in facts for value in (one.newest_age, one.rotation_period) if value is not UNSET), default=0
    )
    seconds = -(-max(longest, 1) // _DAY) * _DAY
    return UNSET if strongest(CLAIMS["rotation"], (seconds,), facts) is UNSET else duration_text(seconds)


def _grantees(facts: Sequence[KmsFacts]) -> Any:
    """Return all grantees where all are visible, and can be written as names of components."""
    names = sorted({name for one in facts if one.grantees is not UNSET for name in one.grantees})
    if not all(_NAME.fullmatch(name) for name in names):
        return UNSET
    return strongest(CLAIMS["grantees"], (names,), facts)
