"""Makes keys on a token; a program, as a PKCS#11 library takes its configuration when a process first loads it.

Reads JSON from standard input: module, token, pin, and keys with label, id, and attributes by their names.
"""

from __future__ import annotations

import datetime
import json
import sys

import pkcs11
from pkcs11 import Attribute, KeyType


def main() -> None:
    """Make the keys."""
    asked = json.load(sys.stdin)
    token = pkcs11.lib(asked["module"]).get_token(token_label=asked["token"])
    with token.open(rw=True, user_pin=asked["pin"]) as session:
        for key in asked["keys"]:
            template = {Attribute[name]: value for name, value in key["attributes"].items()}
            if Attribute.START_DATE in template:
                template[Attribute.START_DATE] = datetime.date.fromisoformat(template[Attribute.START_DATE])
            shared = {"label": key["label"], "id": bytes.fromhex(key["id"]), "store": True}
            if "value" in key:
                template |= {Attribute.LABEL: shared["label"], Attribute.ID: shared["id"], Attribute.TOKEN: True}
                template |= {Attribute.CLASS: pkcs11.ObjectClass.SECRET_KEY, Attribute.KEY_TYPE: KeyType.AES}
                session.create_object(template | {Attribute.VALUE: bytes.fromhex(key["value"])})
            elif key["type"] == "RSA":
                session.generate_keypair(KeyType.RSA, key["bits"], **shared, private_template=template)
            else:
                session.generate_key(KeyType[key["type"]], key["bits"], **shared, template=template)


if __name__ == "__main__":
    main()
