"""Templates of secrets, filled at run time: nothing that looks like a secret is ever written to a file of ours.

`{alnum:36}` becomes 36 characters; a class of its own for every alphabet below, `{uuid}`, and `{repeat:x:5}`;
`{{` and `}}` are braces. Chance comes from a seed, so that a run can be repeated.
"""

from __future__ import annotations

import random
import re
import string
import uuid

ALPHABETS = {
    "alnum": string.ascii_letters + string.digits,
    "alpha": string.ascii_letters,
    "lower": string.ascii_lowercase,
    "upper": string.ascii_uppercase,
    "digit": string.digits,
    "hex": "0123456789abcdef",
    "HEX": "0123456789ABCDEF",
    "lowernum": string.ascii_lowercase + string.digits,
    "uppernum": string.ascii_uppercase + string.digits,
    "base64": string.ascii_letters + string.digits + "+/",
    "base32": string.ascii_uppercase + "234567",
    "lower32": string.ascii_lowercase + "234567",
    "bech32": "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
    "symbol": string.ascii_letters + string.digits + "!@#%^&*(-_=+)",
}
_MIXED = {"alnum", "hex", "HEX", "lowernum", "uppernum", "base64", "symbol"}
_FIELD = re.compile(r"\{\{|\}\}|\{(?:repeat:(?P<what>.):(?P<times>\d+)|(?P<name>\w+)(?::(?P<size>\d+))?)\}")


def fill(template: str, chance: random.Random) -> str:
    """Return the template with every field filled; raises KeyError for an alphabet that there is not."""

    def field(match: re.Match[str]) -> str:
        if match[0] in ("{{", "}}"):
            return match[0][0]
        if match["what"]:
            return match["what"] * int(match["times"])
        if match["name"] == "uuid":
            return str(uuid.UUID(int=chance.getrandbits(128), version=4))
        return _drawn(match["name"], int(match["size"] or 1), chance)

    return _FIELD.sub(field, template)


def _drawn(name: str, size: int, chance: random.Random) -> str:
    """Return random characters; long ones have letters and digits, and none begins or ends with a sign."""
    alphabet = ALPHABETS[name]
    while True:
        text = "".join(chance.choice(alphabet) for _ in range(size))
        mixed = name not in _MIXED or size < 8 or (re.search("[0-9]", text) and re.search("[A-Za-z]", text))
        if mixed and text[0].isalnum() and text[-1].isalnum():
            return text
