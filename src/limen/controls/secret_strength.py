"""Whether a secret is one: no placeholder, no published sample, long and mixed enough; what is wrong, never the value.

Serves NIST SP 800-53 IA-5 and SC-12, and 21 CFR 11.300: a service that starts with a password from its documentation
is open to whoever read it. Only what is known to be bad can be refused: that a text was drawn by chance, nobody sees.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import re
import unicodedata
from itertools import pairwise
from urllib.parse import unquote, urlsplit

from limen.analysis.placeholders import entropy, worded

_WORDS = frozenset(
    ["abc123", "admin", "administrator", "apikey", "bar", "baz", "change", "changeit", "changeme", "default",
     "demo", "dragon", "empty", "example", "false", "fixme", "foo", "foobar", "guest", "guestguest", "hunter2",
     "iloveyou", "insecure", "insert", "key", "letmein", "master", "minioadmin", "missing", "monkey", "mypassword",
     "mysecret", "nil", "no", "none", "notsecret", "null", "p4ssw0rd", "p4ssword", "pass", "passphrase", "passw0rd",
     "passwd", "password", "password1", "placeholder", "postgres", "pw", "pwd", "qwertz", "replaceme", "root",
     "sample", "secret", "secretkey", "secrets", "string", "supersecret", "tbd", "test", "tester", "testing",
     "todo", "token", "topsecret", "true", "undefined", "unset", "user", "value", "vault", "verysecret", "welcome",
     "xxx", "xxxx", "yes"]
)  # fmt: skip
_TEMPLATE = re.compile(
    r"<.*>|.*(?:\$\{|\$\(|\{\{|<%|%\(|\[\[).*|\$[A-Za-z_]\w*|%[A-Za-z_]+%|@[A-Za-z_]+@|\?+", re.DOTALL
)
_MARKED = re.compile(
    r"(?i)(?:todo|fixme|tbd|xxx+|insert|replace|put|enter|set)(?:$|[-_ .:].*|[-_ ]?(?:me|this|your|here).*)"
)
_SAMPLED = re.compile(
    r"(?i)django-insecure-.*|base64:AAAA.*|dev[-_]?(?:only|secret|key|token).*|.*\binsecure\b.*", re.DOTALL
)
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}[: -]?){8,}")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_ROWS = ("0123456789abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrstuvwxyz0123456789", "qwertyuiopasdfghjklzxcvbnm",
         "1234567890", "qwertzuiopasdfghjklyxcvbnm", "azertyuiopqsdfghjklmwxcvbn")  # fmt: skip
_FILLERS = frozenset(
    ["a", "an", "and", "any", "app", "be", "by", "dev", "development", "do", "env", "fake", "for", "goes", "here", "in",
     "is", "it", "jwt", "later", "local", "long", "me", "my", "new", "not", "of", "on", "or", "our", "please", "prod",
     "production", "random", "real", "session", "some", "staging", "strong", "super", "temp", "temporary", "that",
     "the", "this", "to", "use", "very", "with", "you", "your"]
)  # fmt: skip
"""What stands between the words of a placeholder."""
_WORD = re.compile(r"[a-z]+")
_CAMEL = re.compile(r"(?<=[a-z0-9$@])(?=[A-Z])")
_LEET = str.maketrans("013457@$!", "oleastasi")
_SAMPLES = {
    "c6564561ada51c649bafd0d4215e9ad9bf1866fbbe8de83b96fbc50664c17254": "RFC 7515, appendix A.1",
    "2ef2503d964e9668092e6878d3c390ca7909bbbffabd781857115e3be4bb3e5a": "FIPS 197 and NIST SP 800-38A",
    "837e8e636d452b6133d5a5c56de1eb57c08a94bbe632804fa621a49014c5c034": "NIST SP 800-38A",
    "57c065fb036e9fcdbdfcf5a08882af40cd3e1b1340c165ce34952242c72f5d97": "the test cases of GCM",
    "4c0ef241e6e98accb3b1ed32a21f61fe8990d85518c172917f67f906f714115d": "the test cases of GCM",
    "099da475a54aacbacabde231639eed7b00b0a9359cddd2598004bd8b8ad23237": "RFC 8032, section 7.1",
    "3d14a015c7fb9d76ac8ce3c66d91f747fca4b56ef9f81964738ceadc14d6d339": "RFC 6238, appendix B",
    "064a4b1a5fd890e09d944531c0be396bbf027d697aa4d9bbe0e7ca6c9a8bf317": "the front page of jwt.io",
    "54ef6453548ca68d33dc886b446e4a3264bcfdb8fc5b7175a1440762a1a6c163": "the front page of jwt.io",
    "cbe6beb26479b568e5f15b50217c6c83c0ee051dc4e522b9840d8e291d6aaf46": "a comic strip",
}  # fmt: skip
"""SHA-256 of published keys, of their letters and digits in lower case, and where each stands: a scanner finds none."""


def weakness(value: str, *, least: int = 16, bits: float = 48.0) -> str:
    """Return what is wrong with a secret's value in words that hold no part of it; empty where nothing is seen.

    `least` is in characters, `bits` the Shannon entropy of the whole value by its own characters. In a URL the
    password is meant.
    """
    if "://" in value:
        return _in_url(value, least, bits)
    if wrong := _placeholder(value):
        return wrong
    for inside in _decoded(value):
        if len({(later - earlier) % 256 for earlier, later in pairwise(inside)}) < 2:
            return "it is one byte, repeated or counted up, in another encoding"
        try:
            text = inside.decode()
        except UnicodeDecodeError:
            continue
        if text.isprintable() and (wrong := _placeholder(text)):
            return f"{wrong}, in another encoding"
    return _short(value, least, bits)


def _placeholder(value: str) -> str:
    """Return what a value is instead of a secret; empty where it may be one."""
    if not value.strip():
        return "it is empty"
    if value != value.strip():
        return "it has white space at an end, which is a slip of who wrote it"
    plain = "".join(character for character in value.casefold() if character.isalnum())
    if sample := _SAMPLES.get(hashlib.sha256(plain.encode()).hexdigest()):
        return f"it is the published sample of {sample}"
    bare = value.strip("\"'`")
    if plain in _WORDS or plain.rstrip("0123456789") in _WORDS or _MARKED.fullmatch(bare) or _SAMPLED.fullmatch(bare):
        return "it is a placeholder"
    if _TEMPLATE.fullmatch(bare):
        return "it is a placeholder: a template that was not filled in"
    if worded(value.encode()) or _only_words(value):
        return "it is a placeholder, or a sample"
    if not plain or _repeats(value.casefold()):
        return "it is one piece, repeated"
    return "it is a row of neighbouring characters" if _row(plain) else ""


def _only_words(value: str) -> bool:
    """Return whether a value is made of a placeholder's words alone, however they are joined, and perhaps numbers."""
    apart = _CAMEL.sub(" ", unicodedata.normalize("NFKC", value)).casefold()
    known = _WORDS | _FILLERS
    for text in (apart, apart.rstrip("0123456789!$ ").translate(_LEET)):
        words = _WORD.findall(text)
        if words and known.issuperset(words) and not _WORDS.isdisjoint(words):
            return True
    return False


def _repeats(value: str) -> bool:
    """Return whether a value is a piece of it, again and again: its double holds it before its own middle."""
    return len(value) > 1 and 0 < (value + value).find(value, 1) <= len(value) // 2


def _row(plain: str) -> bool:
    if len(plain) < 4:
        return False
    twice = [row * 3 for row in _ROWS]
    if any(plain in row or plain[::-1] in row for row in twice):
        return True
    steps = {ord(later) - ord(earlier) for earlier, later in pairwise(plain)}
    return len(steps) == 1


def _decoded(value: str) -> list[bytes]:
    """Return what a value is as hexadecimal and as base64, where it can be either."""
    found = []
    if _HEX.fullmatch(value):
        plain = re.sub("[: -]", "", value)
        found += [bytes.fromhex(plain)] if len(plain) % 2 == 0 else []
    if _BASE64.fullmatch(value):
        bare = value.rstrip("=").replace("-", "+").replace("_", "/")
        with contextlib.suppress(binascii.Error):
            found.append(base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True))
    return [one for one in found if one]


def _short(value: str, least: int, bits: float) -> str:
    data = value.encode()
    if len(value) < least:
        return f"it has {len(value)} characters: {least} at least"
    held = entropy(data) * len(data)
    if held < bits:
        return f"its characters are too even: about {int(held)} bits of entropy, {int(bits)} at least"
    return ""


def _in_url(value: str, least: int, bits: float) -> str:
    try:
        password = urlsplit(value).password
    except ValueError:
        return "it is no URL"
    if password is None:
        return _placeholder(value)
    found = weakness(unquote(password), least=min(least, 12), bits=min(bits, 32.0))
    return f"the password in its URL: {found}" if found else ""
