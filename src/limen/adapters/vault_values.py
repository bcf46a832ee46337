"""A value in Vault or OpenBao: vault:PATH#FIELD, at VAULT_ADDR with VAULT_TOKEN, as their own programs read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from limen.adapters.secret_values import UnreadableError
from limen.adapters.vault_address import objection


def value_in_vault(place: str, environment: Mapping[str, str], timeout: float) -> str:
    """Return a field of a secret of either version of the key-value engine.

    `place` is PATH#FIELD; the field may be left out where there is one only. Raises UnreadableError without any value.
    """
    path, _, field = place.partition("#")
    path = path.strip("/")
    address = environment.get("VAULT_ADDR", "")
    token = environment.get("VAULT_TOKEN", "")
    if not address or not token:
        missing = " and ".join(name for name in ("VAULT_ADDR", "VAULT_TOKEN") if not environment.get(name))
        raise UnreadableError(f"the credential vault:{path} needs {missing}")
    _private(path, address)
    data = _read(path, address, token, environment, timeout)
    if not field:
        if len(data) != 1:
            raise UnreadableError(f"vault:{path} has {len(data)} fields: name one, vault:{path}#FIELD")
        field = next(iter(data))
    value = data.get(field)
    if not isinstance(value, str) or not value:
        raise UnreadableError(f"vault:{path} has no field {field} with a text in it")
    return value


def _private(path: str, address: str) -> None:
    """Raise UnreadableError where the token would travel readable, or the address is none."""
    wrong = objection(address)
    if wrong == "none":
        raise UnreadableError(f"the credential vault:{path} needs VAULT_ADDR as https://HOST:PORT")
    if wrong == "readable":
        raise UnreadableError(f"the credential vault:{path} would be readable on the way: VAULT_ADDR must be https://")


def _read(path: str, address: str, token: str, environment: Mapping[str, str], timeout: float) -> Mapping[str, Any]:
    try:
        import hvac
        import requests
    except ImportError:
        raise UnreadableError("a credential in Vault needs limen[kms]: pip install 'limen[kms]'") from None
    session = requests.Session()
    session.trust_env = False  # no proxy of the environment, and no ~/.netrc
    session.verify = environment.get("VAULT_CACERT") or True
    client = hvac.Client(
        url=address,
        token=token,
        timeout=timeout,
        namespace=environment.get("VAULT_NAMESPACE") or None,
        session=session,
        allow_redirects=False,  # the token is for this server alone
    )
    try:
        mount = client.adapter.get(f"/v1/sys/internal/ui/mounts/{path}")["data"]
        inside = path[len(mount["path"]) :] if f"{path}/".startswith(mount["path"]) else path
        second = (mount.get("options") or {}).get("version") == "2"
        found = client.adapter.get(f"/v1/{mount['path']}{'data/' if second else ''}{inside}")["data"]
        data = found["data"] if second else found
    except hvac.exceptions.Forbidden:
        raise UnreadableError(f"vault:{path} may not be read with VAULT_TOKEN") from None
    except hvac.exceptions.InvalidPath:
        raise UnreadableError(f"vault:{path} does not exist") from None
    except (hvac.exceptions.VaultDown, hvac.exceptions.RateLimitExceeded) as error:
        raise UnreadableError(f"vault:{path} can't be read now: {type(error).__name__}", again=True) from None
    except (hvac.exceptions.VaultError, requests.RequestException, KeyError, TypeError, ValueError) as error:
        raise UnreadableError(f"vault:{path} can't be read: {type(error).__name__}") from None
    if not isinstance(data, dict):
        raise UnreadableError(f"vault:{path} holds no fields")
    return data
