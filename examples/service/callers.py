"""Who calls: a workload by its certificate, a person by an identity token besides it; never by what a header claims."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from examples.service.pki import identity_of
from limen.controls.principals import Principal
from limen.controls.refusals import RefusedError
from limen.errors import Problem
from limen.model.declaration import Declaration

ISSUER = "https://login.aldermoor.example"
AUDIENCE = "review-console"
_LIFETIME = timedelta(minutes=14)
_METHOD = "ES256"


class Callers:
    """Makes a Principal of what was verified (NIST SP 800-53 IA-2, IA-9; 21 CFR 11.10(d))."""

    def __init__(self, declaration: Declaration, tokens: ec.EllipticCurvePublicKey) -> None:
        self._tokens = tokens
        self._roles = {name: frozenset(one.roles) for name, one in declaration.principals.items()}
        self._components = {one.identity: (name, one) for name, one in declaration.components.items() if one.identity}
        self._flows = {one.id: one for one in declaration.flows}

    def principal(self, scope: Mapping[str, Any], flow: str) -> Principal:
        """Return who calls on a flow; raises RefusedError (unauthenticated) where that was not shown."""
        declared = self._flows.get(flow)
        method = declared.authn.method if declared and declared.authn else "mtls"
        peer = x509.load_pem_x509_certificate(scope["extensions"]["tls"]["client_cert_chain"][0].encode())
        identity = identity_of(peer)
        if identity not in self._components:
            raise _unauthenticated("the certificate names no component of the declaration")
        name, component = self._components[identity]
        if declared is not None and method == "oidc":
            if name != declared.source:
                raise _unauthenticated("a person came by another component than the declared one")
            return self._person(scope)
        return Principal(
            name=name,
            identity=identity,
            roles=frozenset(component.roles),
            tenant=component.tenant or "",
            method=method,
            until=peer.not_valid_after_utc,
        )

    def _person(self, scope: Mapping[str, Any]) -> Principal:
        shown = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
        try:
            claims = jwt.decode(
                shown.removeprefix("Bearer "),
                self._tokens,
                algorithms=[_METHOD],
                audience=AUDIENCE,
                issuer=ISSUER,
                options={"require": ["exp", "iat", "sub", "iss", "aud"]},
            )
        except jwt.InvalidTokenError:
            raise _unauthenticated("the identity token is not one of our issuer's, or has ended") from None
        name = str(claims["sub"])
        until = datetime.fromtimestamp(claims["exp"], UTC)
        return Principal(name=name, identity=name, roles=self._roles.get(name, frozenset()), method="oidc", until=until)


def token(person: str, key: ec.EllipticCurvePrivateKey, now: datetime) -> str:
    """Return an identity token as the company's login would issue it, good for less than PT15M."""
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": person, "iat": now, "exp": now + _LIFETIME}
    return jwt.encode(claims, key, algorithm=_METHOD)


def _unauthenticated(message: str) -> RefusedError:
    return RefusedError(Problem(message=message, hint="authenticate as the flow declares"), reason="unauthenticated")
