"""Private keys on a PKCS#11 token, by a URI of RFC 7512; the token's own library runs in a process of its own."""

from __future__ import annotations

import difflib
import time
from typing import NoReturn
from urllib.parse import quote, unquote

from limen.adapters.key_providers.child import SIGNING, ChildKey
from limen.adapters.key_providers.interface import Access, KeyProviderError
from limen.adapters.signers.signer import Ask, OpenedKey
from limen.errors import Problem, UsageError
from limen.integrity.signatures import public_key

ATTRIBUTES = ("token", "object", "id", "type")
FORM = "pkcs11:token=NAME;object=LABEL?module-path=/path/of/module.so"
_PINS = ("pin-value", "pin-source")
_WORDS = {
    "PinIncorrect": ("the PIN of {token} is wrong", "nothing was signed; a few more wrong ones lock the token"),
    "PinLenRange": ("the PIN of {token} is wrong", "nothing was signed; a few more wrong ones lock the token"),
    "PinLocked": ("the PIN of {token} is locked", "too many wrong ones: the token's security officer unlocks it"),
    "PinExpired": ("the PIN of {token} has expired", "change it with the token's own program"),
    "UserPinNotInitialized": ("{token} has no PIN yet", "set one with the token's own program"),
    "UserNotLoggedIn": ("{token} wants a PIN", "give the PIN"),
}
"""What the library calls a refusal of the PIN, in words and with what to do."""


def open_signer(uri: str, ask: Ask | None) -> OpenedKey:
    """Return the key that a `pkcs11:` URI without its scheme names; `ask` is called for the PIN.

    Raises UsageError where the URI is wrong, there is no such token or key, it is of another algorithm, or the PIN is
    refused; UnassessedError where the token does not answer.
    """
    module, token, key = _named(uri)
    shown = f"token {token}" if token else "the token"
    if ask is None:
        _refuse(f"{shown} wants a PIN, and nobody can be asked for it", "name where the PIN is kept")
    pin = ask(f"PIN of {shown}")
    endpoint = f"pkcs11:token={quote(token, safe='')}?module-path={quote(module)}"
    access = Access(provider="pkcs11", endpoint=endpoint, key=key, credential=pin, deadline=time.monotonic() + SIGNING)
    try:
        child = ChildKey("pkcs11_signing", access)
    except KeyProviderError as error:
        raise _worded(error, shown) from None
    try:
        public = public_key(child.public_key())
    except KeyProviderError as error:
        child.close()
        raise _worded(error, shown) from None
    except ValueError as error:
        child.close()
        _refuse(f"{shown} holds no key that limen signs with: {error}", "use ECDSA P-256 or P-384, or Ed25519")
    return OpenedKey(public, child.sign, child.close, where=shown)


def _named(uri: str) -> tuple[str, str, str]:
    """Return module, label of the token, and which key of it; raises UsageError with everything that is wrong."""
    path, _, query = uri.partition("?")
    found = [part.partition("=") for part in path.split(";") if part]
    names = {name: value for name, _, value in found}
    given = [part.partition("=") for part in query.split("&") if part]
    asked = {name: unquote(value) for name, _, value in given}
    problems = []
    if any(pin in (*asked, *names) for pin in _PINS):
        problems.append(Problem(message="the URI holds a PIN or where it is kept", hint="it is asked for instead"))
    for name in [*names, *asked]:
        if name not in (*ATTRIBUTES, "module-path", *_PINS):
            close = difflib.get_close_matches(name, (*ATTRIBUTES, "module-path"), 1)
            hint = f'did you mean "{close[0]}"?' if close else f"write {FORM}"
            problems.append(Problem(message=f"the URI has {name!r:.60}, which limen does not follow", hint=hint))
    if len(names) != len(found) or len(asked) != len(given):
        problems.append(Problem(message="the URI names an attribute twice", hint=f"write {FORM}"))
    if names.get("type", "private") != "private":
        problems.append(Problem(message=f"the URI means a {names['type']:.20} object", hint="only type=private signs"))
    if not names.get("object") and not names.get("id"):
        problems.append(Problem(message="the URI names no key", hint=f"add object= or id=: {FORM}"))
    if not asked.get("module-path", "").startswith("/"):
        problems.append(Problem(message="the URI names no module", hint=f"add module-path=: {FORM}"))
    if problems:
        raise UsageError(problems)
    key = ";".join(f"{name}={names[name]}" for name in ("object", "id") if names.get(name))
    return asked["module-path"], unquote(names.get("token", "")), key


def _worded(error: KeyProviderError, token: str) -> UsageError | KeyProviderError:
    """Return a custodian's error as the user's, where it is the user's."""
    said = _WORDS.get(error.message.rpartition(": ")[2])
    if said is not None:
        return UsageError(Problem(message=said[0].format(token=token), hint=said[1]))
    if error.kind in ("absent", "denied", "refused", "unsupported"):
        hint = error.problems[0].hint or "p11tool --list-all, or pkcs11-tool --list-objects, lists what is there"
        return UsageError(Problem(message=error.problems[0].message, hint=hint))
    return error


def _refuse(message: str, hint: str) -> NoReturn:
    raise UsageError(Problem(message=message, hint=hint)) from None
