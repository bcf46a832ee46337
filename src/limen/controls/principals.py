"""Who asks: a declared principal or component as its authentication showed it, until its credential ends.

NIST SP 800-53 IA-2, IA-5 and AC-2, 21 CFR 11.10(d) and (g). Whoever authenticates a caller (mutual TLS, OIDC, SPIFFE)
makes one of these; every control asks it, and none believes a header.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from limen.controls.refusals import RefusedError
from limen.errors import Problem

SKEW = timedelta(seconds=60)
"""How far two clocks may be apart: a credential is good for no longer than this beyond its end."""
_LONGEST = 1024
"""Characters of a name, identity or role beyond which it is none."""


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks. Roles are what the credential claims; which of them count is for `access` to say."""

    name: str
    """Name of a declared principal or component."""
    identity: str
    """What authentication showed, such as a SPIFFE id; never in a repr, since it may name a person."""
    roles: frozenset[str]
    """Roles that the credential claims; one that the declaration lacks grants nothing."""
    tenant: str = ""
    """The declared tenant that it acts for; empty where it acts for none."""
    method: str
    """How it was authenticated: a method of `authn` in the declaration, such as mtls."""
    until: datetime
    """End of its credential, with a time zone."""

    def __post_init__(self) -> None:
        """Refuse what can't be a principal; raises RefusedError (unauthenticated) with everything that is wrong."""
        problems = [
            Problem(message=f"the principal's {what} is no text of one printable line", hint=_HINT)
            for what, text in (("name", self.name), ("identity", self.identity), ("method", self.method))
            if not _printable(text)
        ]
        if not _printable(self.tenant, empty=True):
            problems.append(Problem(message="the principal's tenant is no text of one printable line", hint=_HINT))
        if not _names(self.roles):
            problems.append(Problem(message="the principal's roles are no frozenset of names", hint=_HINT))
        if not _moment(self.until):
            hint = "give `until` as a datetime with its time zone, such as datetime.now(UTC)"
            problems.append(Problem(message="the end of the principal's credential has no time zone", hint=hint))
        if problems:
            raise RefusedError(problems, reason="unauthenticated")

    def __repr__(self) -> str:
        """Return a text without the identity."""
        return f"Principal({self.name!r}, method={self.method!r}, tenant={self.tenant!r})"


def check_credential(
    principal: Principal, now: datetime, *, lifetime: timedelta | None = None, skew: timedelta = SKEW
) -> None:
    """Raise RefusedError where a credential has ended, or ends later than a flow lets one live (NIST IA-5(2), AC-12).

    `lifetime` is the flow's declared credential.lifetime, None where it declares none; `now` is aware; `skew` is how
    far the clocks of issuer and reader may differ. Reasons: credential_expired, credential_too_long, unauthenticated.
    """
    if now.utcoffset() is None:
        raise RefusedError("the time has no time zone", reason="unauthenticated")
    left = principal.until - now
    if left + skew <= timedelta(0):
        problem = Problem(message="the credential has ended", hint="authenticate anew")
        raise RefusedError(problem, reason="credential_expired")
    if lifetime is not None and left - skew > lifetime:
        hint = "issue short-lived credentials: no longer than authn.credential.lifetime of the flow"
        problem = Problem(message="the credential lives longer than the flow lets one live", hint=hint)
        raise RefusedError(problem, reason="credential_too_long")


_HINT = "made by whoever authenticates the caller, from what was verified"


def _printable(text: object, *, empty: bool = False) -> bool:
    """Return whether something is a text of one printable line; what only passes for one could equal every other."""
    return (
        type(text) is str
        and (empty or bool(text))
        and len(text) <= _LONGEST
        and text.isprintable()
        and text == text.strip()
    )


def _names(value: object) -> bool:
    return type(value) is frozenset and all(_printable(name) for name in value)


def _moment(value: object) -> bool:
    return isinstance(value, datetime) and value.utcoffset() is not None
