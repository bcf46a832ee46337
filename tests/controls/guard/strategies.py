"""Principals of all kinds: declared names and others, with identities, roles and tenants in any combination."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st

from limen.controls.principals import Principal
from tests.controls.guard.world import NOW, caller, reference

NAMES = sorted((*reference().declaration.components, *reference().declaration.principals))
ROLES = sorted(reference().declaration.roles)
TENANTS = sorted(reference().declaration.tenants)
METHODS = ("mtls", "oidc", "spiffe", "password", "none")
WHEN = st.timedeltas(timedelta(hours=-2), timedelta(hours=3)).map(lambda left: NOW + left)
PRINCIPALS = st.builds(
    Principal,
    name=st.sampled_from(NAMES),
    identity=st.sampled_from(NAMES).map(lambda name: caller(name).identity) | st.just("somebody"),
    roles=st.frozensets(st.sampled_from([*ROLES, "superuser"]), max_size=4),
    tenant=st.sampled_from(["", *TENANTS]),
    method=st.sampled_from(METHODS),
    until=WHEN,
)
