"""Signing a pack: verified first, shown, agreed to, signed and written, while nobody else writes to it.

In a folder the signature is renamed into place before signatures.pdf. Whoever is killed in between leaves a signature
that counts and a manifestation that is one behind: the next `limen sign` sees exactly that and finishes it. What
differs in any other way is damage, and a damaged pack is not signed.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

from limen.errors import Location, Problem, UsageError
from limen.evidence.amending import HeldPack, held_pack
from limen.evidence.checks.forms import ESignature, Predicate, SignedPack
from limen.evidence.checks.pack import SIGNATURE_TYPE
from limen.evidence.checks.pack import Pack as VerifiedPack
from limen.evidence.damage import damage, refusal
from limen.evidence.e_signatures import (
    MOST,
    Render,
    Signatory,
    bound,
    next_signature,
    plain,
    problems,
    read_signatures,
    shown_payloads,
    signature_name,
)
from limen.evidence.layout import MANIFESTATION, REDACTED, SIGNING
from limen.evidence.reading import PackFiles, open_pack
from limen.evidence.verifying import verified
from limen.integrity import dsse
from limen.integrity.canonical import canonical
from limen.integrity.instants import instant, instant_text
from limen.integrity.signatures import Signer
from limen.integrity.trust import Requirements, Trust, standing

_UNFINISHED = "manifestation"


class Prospect(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody is about to sign."""

    pack: SignedPack
    predicate: Predicate
    """What the Statement says: system, verdict, counts and the like."""
    signatory: Signatory
    before: tuple[ESignature, ...]
    """Signatures that are there."""
    required: Requirements
    """The pack's own signing policy."""
    unchecked: tuple[str, ...]
    """What verification could not check, in words."""
    interrupted: Literal["", "finished", "unfinished"]
    """Whether a signing was interrupted before: its signatures.pdf was written just now, or this limen draws another
    one, as another version of typst does; then the next signature's replaces it."""

    def missing(self) -> dict[str, int]:
        """Return how many further users must sign in each role after this signature, by the pack's policy."""
        users: dict[str, set[str]] = {self.signatory.role: {self.signatory.user}}
        for one in self.before:
            users.setdefault(one.role, set()).add(one.user)
        wanted = {role: number for role, number in self.required.signatures.items() if role != "producer"}
        left = {role: number - len(users.get(role, ())) for role, number in wanted.items()}
        return {role: number for role, number in left.items() if number > 0}


Consent = Callable[[Prospect], Sequence[Signer]]
"""Shows what is signed, and returns the keys of whoever agrees; raises where nobody does."""


def sign_pack(
    path: Path,
    signatory: Signatory,
    consent: Consent,
    render: Render,
    clock: Callable[[], datetime],
    trust: Trust | None = None,
) -> tuple[str, ESignature]:
    """Add an e-signature to a pack; return the name of its file and its payload.

    `clock` gives the time, UTC: before, to judge the pack, and once the keys are there, as the time of signing. With
    `trust` the pack's signatures are judged before, and the signatory's keys must be theirs. Raises UsageError where
    the pack is damaged, redacted or signed so already, or the signatory can't sign it.
    """
    if wrong := problems(signatory):
        raise UsageError(wrong)
    with held_pack(path) as held:
        prospect = _prospect(held, signatory, render, clock(), trust)
        signers = consent(prospect)
        with open_pack(held.path) as files:
            at = _moment(prospect, clock())
            _own_keys(prospect, signers)
            _trusted_keys(signatory, signers, trust, at)
            if (bound(files)[0], tuple(read_signatures(files))) != (prospect.pack, prospect.before):
                hint = "nothing was signed: look at the pack again"
                raise UsageError(Problem(message="the pack was changed while somebody was asked", hint=hint))
            signature, shown = next_signature(files, signatory, at, [one.key.id for one in signers], render)
        envelope = dsse.signed(SIGNATURE_TYPE, canonical(plain(signature)), signers)
        name = signature_name(signature.order)
        held.put([(name, dsse.encoded(envelope)), (MANIFESTATION, shown)])
        return name, signature


def _prospect(held: HeldPack, signatory: Signatory, render: Render, now: datetime, trust: Trust | None) -> Prospect:
    with open_pack(held.path) as files:
        unchecked, unfinished = _intact(files, now, trust)
        shown = _finishing(files, render) if unfinished else None
    if shown is not None:
        held.put([(MANIFESTATION, shown)])
    with open_pack(held.path) as files:
        pack, predicate = bound(files)
        prospect = Prospect(
            pack=pack,
            predicate=predicate,
            signatory=signatory,
            before=tuple(read_signatures(files)),
            required=_policy(files, now),
            unchecked=unchecked,
            interrupted="" if not unfinished else "unfinished" if shown is None else "finished",
        )
    _fits(prospect)
    return prospect


def _intact(files: PackFiles, now: datetime, trust: Trust | None) -> tuple[tuple[str, ...], bool]:
    """Return what could not be checked, and whether signatures.pdf alone is not as it should be."""
    redacted = [name for name in REDACTED if name in files]
    if redacted:
        hint = "sign the full pack that it was made from"
        raise UsageError(Problem(message="a redacted pack can't be signed: nobody sees all of it", hint=hint))
    report = verified(files, trust, now)
    broken = damage(report)
    unfinished = bool(broken) and all(check.name == _UNFINISHED for check in broken)
    if broken and not unfinished:
        hint = "a damaged pack is not signed; limen verify says everything, limen pack makes a new one"
        raise refusal(broken, hint)
    unchecked = tuple(f"{check.name}: {check.what}" for check in report.checks if check.status == "unchecked")
    return unchecked, unfinished


def _finishing(files: PackFiles, render: Render) -> bytes | None:
    """Return the signatures.pdf that an interrupted signing did not write; None where this limen renders another one.

    Raises UsageError where the pack is not in the state that such a signing leaves.
    """
    signatures = read_signatures(files)
    before = signatures[-2].manifestation if len(signatures) > 1 else ""
    there = hashlib.sha256(files.read(MANIFESTATION)).hexdigest() if MANIFESTATION in files else ""
    if not signatures or there != before:
        what = "signatures.pdf is not the manifestation of the signatures"
        hint = "it was changed or removed: take the pack from where it was kept unharmed"
        raise UsageError(Problem(message=what, location=Location(file=MANIFESTATION), hint=hint))
    shown = render(shown_payloads(signatures))
    return shown if hashlib.sha256(shown).hexdigest() == signatures[-1].manifestation else None


def _policy(files: PackFiles, now: datetime) -> Requirements:
    policy = VerifiedPack(files, None, now).policy
    if isinstance(policy, ValueError):
        raise UsageError(Problem(message=str(policy), location=Location(file=SIGNING)))
    return policy or Requirements()


def _fits(prospect: Prospect) -> None:
    """Raise UsageError where this signatory can't sign this pack."""
    who, found = prospect.signatory, []
    roles = [role for role in prospect.required.signatures if role != "producer"]
    if roles and who.role not in roles:
        close = difflib.get_close_matches(who.role, roles, 1)
        hint = f'did you mean "{close[0]}"?' if close else f"its signing policy has {', '.join(sorted(roles))}"
        found.append(Problem(message=f"nobody signs this pack as {who.role!r}", hint=hint))
    for one in prospect.before:
        if (one.user, one.role, one.meaning) == (who.user, who.role, who.meaning):
            message = f"{who.user} signed this pack as {one.role} ({one.meaning}) already, at {one.at}"
            found.append(Problem(message=message, hint="a person counts once in a role"))
        elif one.user == who.user and one.name != who.name:
            message = f"{who.user} signed this pack as {one.name!r} before"
            found.append(Problem(message=message, hint="give the same printed name"))
    if found and prospect.interrupted == "unfinished":
        hint = "sign with the version of typst that was used then, or let somebody else sign: that replaces it"
        message = "a signing was interrupted before its signatures.pdf was there, and it is drawn otherwise here"
        found.append(Problem(message=message, location=Location(file=MANIFESTATION), hint=hint))
    if len(prospect.before) >= MOST:
        found.append(Problem(message=f"the pack has {MOST} signatures: no further one fits"))
    if found:
        raise UsageError(found)


def _moment(prospect: Prospect, now: datetime) -> datetime:
    """Return the time of signing; raises UsageError where the clock stands before what is there already."""
    earlier = [(one.at, f"signature {one.order}") for one in prospect.before]
    for text, what in [*earlier, (prospect.predicate.assessed_at, "the assessment")]:
        try:
            passed = instant(text)
        except ValueError:
            continue
        if now < passed:
            message = f"this clock says {instant_text(now)}, which is before {what} at {text}"
            raise UsageError(Problem(message=message, hint="set the clock of this machine right"))
    return now


def _own_keys(prospect: Prospect, signers: Sequence[Signer]) -> None:
    """Raise UsageError where the keys are none, one twice, or somebody else's."""
    ids = [one.key.id for one in signers]
    if not ids or len(set(ids)) != len(ids):
        message = "the same key is named twice" if ids else "no key is named"
        raise UsageError(Problem(message=message, hint="name each key once, such as ECDSA P-256 and ML-DSA-65"))
    for one in prospect.before:
        if one.user != prospect.signatory.user and set(one.signers) & set(ids):
            message = f"{one.user} signed this pack with this key: it can't be {prospect.signatory.user}'s as well"
            raise UsageError(Problem(message=message, hint="a signature belongs to one person (21 CFR 11.100)"))


def _trusted_keys(signatory: Signatory, signers: Sequence[Signer], trust: Trust | None, at: datetime) -> None:
    """Raise UsageError where the trust file does not say that a key is the signatory's, in this role, now."""
    found = []
    for signer in signers if trust is not None else ():
        entries = trust.keys_of(signer.key.id) if trust else ()
        own = [one for one in entries if (one.user, one.holder) == (signatory.user, signatory.name)]
        stood = [standing(one, at) for one in own if signatory.role in one.roles]
        if any(one.ok for one in stood):
            continue
        shown = f"key {signer.key.id[:16]}"
        if not own:
            found.append(f"the trust file does not say that {shown} is {signatory.name}'s ({signatory.user})")
        elif not stood:
            found.append(f"the trust file does not let {shown} sign as {signatory.role}")
        else:
            found.append(f"{shown}: {stood[0].words}")
    if found:
        hint = "a verifier with this trust file would refuse the signature, so it was not made"
        raise UsageError([Problem(message=one, hint=hint) for one in found])
