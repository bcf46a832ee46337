"""UUIDs of version 5 (RFC 9562 section 5.5): the same thing has the same in every document and on every machine."""

from __future__ import annotations

import hashlib
import uuid

from limen.records.assessment import Assessment
from limen.reports._oscal_text import NAMESPACE
from limen.reports._words import printable

_ROOT = uuid.uuid5(uuid.NAMESPACE_URL, NAMESPACE)


class Ids:
    """Names things of one system, and things that were true at one assessment of it."""

    def __init__(self, assessment: Assessment) -> None:
        """Know the system and the assessment."""
        self._system = uuid.uuid5(_ROOT, printable(assessment.system)).bytes
        said = (assessment.assessed_at, assessment.as_of, assessment.scope, assessment.partial, *assessment.profiles)
        self._run = uuid.UUID(_derived(self._system, "run\0" + "\0".join(said))).bytes

    def lasting(self, kind: str, name: str) -> str:
        """Return the UUID of something that is the same at the next assessment: a component, a risk, an objective."""
        return _derived(self._system, f"{kind}\0{name}")

    def passing(self, kind: str, name: str) -> str:
        """Return the UUID of something that belongs to this assessment alone: an observation, a result."""
        return _derived(self._run, f"{kind}\0{name}")


def _derived(space: bytes, name: str) -> str:
    """Return what `uuid.uuid5` would, in a third of its time: there are tens of thousands."""
    digest = hashlib.sha1(space + printable(name).encode(), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(digest[16], 16) & 3]
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"
