"""What a signature by a key comes to, judged by the auditor's trust file at the time that is proven for it."""

from __future__ import annotations

import datetime
from typing import Literal

import msgspec

from limen.evidence.checks.pack import Pack, Read
from limen.integrity.dsse import pae
from limen.integrity.signatures import verifies
from limen.integrity.trust import TrustedKey, standing

Mark = Literal["good", "bad", "unknown"]


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """A signature, judged."""

    mark: Mark
    """unknown is without a trust file only: a key that an auditor's file does not name is bad."""
    what: str
    """In words."""
    key: TrustedKey | None = None
    """What the trust file says of the key, where it names it."""


def judged(pack: Pack, document: Read, role: str) -> list[Judged]:
    """Return a judgement of each signature of a document by keys that must have a role, in their order."""
    message = pae(document.envelope.payload_type, document.envelope.payload)
    since = pack.covered_since(document.file)
    return [_judged(pack, message, one.keyid, one.sig, role, since) for one in document.envelope.signatures]


def key_faults(document: Read, signers: tuple[str, ...]) -> list[str]:
    """Return where the keys that signed a document are not the ones that it names, in words."""
    there = [one.keyid for one in document.envelope.signatures]
    found = [f"the signature of {short(key)}, which it names, is missing" for key in signers if key not in there]
    found += [f"{short(key)} signed it and is not named in it" for key in there if key not in signers]
    found += [] if list(signers) == sorted(set(signers)) else ["its signers are not in order, each once"]
    return found


def short(key_id: str) -> str:
    """Return a key's id as it is told."""
    return f"key {key_id[:16]}"


def _judged(
    pack: Pack, message: bytes, key_id: str, signature: bytes, role: str, since: datetime.datetime | None
) -> Judged:
    if pack.trust is None:
        return Judged(mark="unknown", what=f"{short(key_id)}: no trust file says whose it is")
    entries = pack.trust.keys_of(key_id)
    if not entries:
        return Judged(mark="bad", what=f"{short(key_id)} is not in the trust file")
    if not verifies(entries[0].key, signature, message):
        return Judged(mark="bad", what=f"the signature of {short(key_id)} does not verify", key=entries[0])
    stood = [(standing(one, pack.now, since), one) for one in entries]
    told, key = next((pair for pair in stood if pair[0].ok and role in pair[1].roles), stood[-1])
    if not told.ok:
        return Judged(mark="bad", what=f"{short(key_id)} of {key.holder}: {told.words}", key=key)
    if role not in key.roles:
        return Judged(mark="bad", what=f"{short(key_id)} of {key.holder} may not sign as {role}", key=key)
    what = f"{key.holder} ({key.key.algorithm}, {short(key_id)}): {told.words}"
    return Judged(mark="good", what=what, key=key)
