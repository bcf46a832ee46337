"""What a reference to a signing key says, and which module opens it."""

from __future__ import annotations

import difflib
from importlib import import_module
from pathlib import Path
from typing import cast
from urllib.parse import unquote

from limen.adapters.signers.signer import Ask, OpenedKey
from limen.errors import Problem, UsageError

STORES = {"pkcs11": "token", "vault": "transit", "openbao": "transit", "aws-kms": "aws"}
"""The module of each store, by the scheme of its references; what has no scheme is the path of a PEM file."""
FORMS = "a PEM file, pkcs11:token=…;object=…?module-path=…, vault:MOUNT/KEY or aws-kms:KEY"


def open_signer(reference: str, ask: Ask | None = None) -> OpenedKey:
    """Return the signing key that a reference names, opened.

    `reference` is the path of a PEM file, a `pkcs11:` URI (RFC 7512), `vault:MOUNT/KEY[?user=NAME]` or `aws-kms:KEY`.
    `ask` is called where a passphrase, PIN or password is needed, and only then. Raises UsageError where there is no
    such key, it can't be used, or the secret is wrong; UnassessedError where its store does not answer.
    """
    scheme, colon, rest = reference.partition(":")
    if colon and scheme in STORES:
        try:
            module = import_module(f"limen.adapters.signers.{STORES[scheme]}")
        except ImportError as error:
            message = f"{scheme}: keys need limen[kms]: {error.name} is missing"
            raise UsageError(Problem(message=message, hint="pip install 'limen[kms]'")) from None
        return cast(OpenedKey, module.open_signer(rest, ask))
    try:
        from limen.adapters.signers.pem import open_signer as open_file
    except ImportError as error:
        message = f"signing needs limen[evidence]: {error.name} is missing"
        raise UsageError(Problem(message=message, hint="pip install 'limen[evidence]'")) from None
    path = Path(rest if scheme == "file" and colon else reference)
    if colon and scheme != "file" and scheme.replace("-", "").isalnum() and not path.exists():
        close = difflib.get_close_matches(scheme, STORES, 1)
        hint = f'did you mean "{close[0]}:"?' if close else f"name {FORMS}"
        raise UsageError(Problem(message=f"{scheme}: is no store of signing keys that limen knows", hint=hint))
    return open_file(path, ask)


def login_of(reference: str) -> str | None:
    """Return the user whose login opens a key, empty where a token does; None for stores without a login."""
    scheme, _, rest = reference.partition(":")
    if STORES.get(scheme) != "transit":
        return None
    found = dict(part.partition("=")[::2] for part in rest.partition("?")[2].split("&"))
    return unquote(found.get("user", ""))
