"""A labelled corpus for scanners of secrets: planted ones of many kinds in many kinds of file, and decoys beside them.

It is made at run time from a seed, so that no file of this repository holds anything that looks like a secret. Each
secret is new, and stands on a line of its own; every other line is clean.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import NamedTuple

from tests.lab.samples import fill

TOKENS = (
    "AKIA{base32:16}", "ASIA{base32:16}", "ghp_{alnum:36}", "gho_{alnum:36}", "ghs_{alnum:36}",
    "github_pat_{alnum:22}_{alnum:59}", "glpat-{alnum:20}", "glptt-{hex:40}", "glrt-{alnum:20}",
    "xoxb-{digit:12}-{digit:12}-{alnum:24}", "xoxp-{digit:12}-{digit:12}-{digit:12}-{hex:32}",
    "xapp-1-A{uppernum:10}-{digit:13}-{hex:64}", "sk_live_{alnum:24}", "rk_live_{alnum:24}", "AIza{alnum:35}",
    "SG.{alnum:22}.{alnum:43}", "npm_{alnum:36}", "pypi-AgEIcHlwaS5vcmc{alnum:80}", "rubygems_{hex:48}",
    "shpat_{hex:32}", "shpss_{hex:32}", "dop_v1_{hex:64}", "sq0csp-{alnum:43}", "EAAA{alnum:60}",
    "hf_{alpha:34}", "sk-ant-api03-{alnum:93}AA", "sk-{alnum:20}T3BlbkFJ{alnum:20}", "lin_api_{alnum:40}",
    "PMAK-{hex:24}-{hex:34}", "pul-{hex:40}", "dapi{hex:32}", "glsa_{alnum:32}_{hex:8}", "NRAK-{uppernum:27}",
    "dt0c01.{base32:24}.{base32:64}", "hvs.{alnum:90}", "dp.pt.{alnum:43}", "CLOJARS_{lowernum:60}",
    "pscale_tkn_{alnum:43}", "EZAK{alnum:54}", "shippo_live_{hex:40}", "xkeysib-{hex:64}-{alnum:16}",
    "AGE-SECRET-KEY-1{bech32:58}", "LTAI{alnum:20}", "pnu_{lowernum:36}", "tfp_{alnum:44}_{alnum:14}",
    "duffel_live_{alnum:43}", "rdme_{lowernum:70}", "sntrys_eyJpYXQiOjE2OT{alnum:100}_{alnum:43}",
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ{alnum:60}.{alnum:43}", "{alnum:3}8Q~{alnum:34}",
    "gsk_{alnum:52}", "r8_{alnum:37}", "tskey-auth-{alnum:16}-{alnum:32}", "figd_{alnum:40}", "sbp_{hex:40}",
    "CFPAT-{alnum:43}", "ATATT3xFfGF0{alnum:171}={HEX:8}", "FLWSECK-{hex:32}-X", "xai-{alnum:80}",
    "access-production-{uuid}", "sgp_{hex:16}_{hex:40}", "squ_{hex:40}", "bkua_{hex:40}", "CCIPAT_{alnum:22}_{hex:40}",
)  # fmt: skip
"""Forms that tell by themselves."""

NAMED = (
    ("AWS_SECRET_ACCESS_KEY", "{base64:40}"), ("TWILIO_AUTH_TOKEN", "{hex:32}"), ("DATADOG_API_KEY", "{hex:32}"),
    ("ALGOLIA_API_KEY", "{hex:32}"), ("HEROKU_API_KEY", "{uuid}"), ("CLOUDFLARE_API_TOKEN", "{alnum:40}"),
    ("FASTLY_API_TOKEN", "{alnum:32}"), ("SNYK_TOKEN", "{uuid}"), ("CODECOV_TOKEN", "{lowernum:32}"),
    ("OKTA_API_TOKEN", "00{alnum:40}"), ("TRELLO_API_KEY", "{alnum:32}"), ("ZENDESK_SECRET_KEY", "{alnum:40}"),
    ("DISCORD_API_TOKEN", "{hex:64}"), ("FACEBOOK_APP_SECRET", "{hex:32}"), ("BITBUCKET_CLIENT_SECRET", "{alnum:64}"),
    ("INTERCOM_API_KEY", "{alnum:60}"), ("PLAID_SECRET", "{hex:30}"), ("SENTRY_AUTH_TOKEN", "{hex:64}"),
    ("client_secret", "{alnum:32}"), ("api_key", "{hex:32}"), ("accessToken", "{alnum:40}"), ("apiKey", "{alnum:24}"),
    ("partner_token", "{hex:40}"), ("signing_key", "{base64:43}="), ("jwt_secret", "{alnum:48}"),
    ("encryption_key", "{hex:64}"), ("service_token", "{uuid}"), ("webhook_secret", "{alnum:36}"),
    ("private_api_key", "{lowernum:32}"), ("session_secret", "{alnum:44}"),
)  # fmt: skip
"""Forms that tell beside their name."""

CHOSEN = (
    ("db_password", "Sommer{digit:4}!x"), ("password", "{alnum:14}#7"), ("POSTGRES_PASSWORD", "{alnum:16}"),
    ("admin_password", "Zu{digit:3}rich{alpha:3}"), ("smtp_passwd", "{alnum:12}9"),
    ("keystore_passphrase", "{alnum:20}"),
)  # fmt: skip
"""Passwords, which somebody chose."""

WHOLE = (
    "postgresql://app:{alnum:18}@db.corp.test:5432/app", "https://deploy:{alnum:24}@git.corp.test/app.git",
    "redis://:{alnum:24}@cache.corp.test:6379/0", "mongodb+srv://svc:{alnum:20}@c0.corp.test/app",
    "Authorization: Bearer {alnum:40}", "Authorization: Basic {base64:36}",
    "curl -u deploy:{alnum:20} https://nexus.corp.test/upload",
    "https://hooks.slack.com/services/T{uppernum:8}/B{uppernum:10}/{alnum:24}",
    "AccountName=store;AccountKey={base64:86}==;EndpointSuffix=core.test",
)  # fmt: skip
"""Lines that are secrets as a whole."""

KEYS = ("RSA PRIVATE KEY", "EC PRIVATE KEY", "PRIVATE KEY", "OPENSSH PRIVATE KEY")

FORMS = (
    ("py", '{upper} = "{value}"'), ("js", "const {camel} = '{value}';"), ("ts", '  {camel}: "{value}",'),
    ("yaml", "  {lower}: {value}"), ("json", '  "{lower}": "{value}",'), ("env", "{upper}={value}"),
    ("properties", "app.{lower}={value}"), ("tf", '  {lower} = "{value}"'), ("Dockerfile", "ENV {upper}={value}"),
    ("xml", "  <{lower}>{value}</{lower}>"), ("sh", "export {upper}='{value}'"), ("go", '\t{camel} := "{value}"'),
    ("java", '  private static final String {upper} = "{value}";'), ("toml", '{lower} = "{value}"'),
    ("php", "  '{lower}' => '{value}',"), ("rb", '  {lower}: "{value}",'), ("md", "Set `{upper}={value}` first."),
    ("cs", '  string {camel} = "{value}";'),
)  # fmt: skip
"""How a name and a value are written, by the ending of the file's name."""

DECOYS = (
    ("commit", "{hex:40}"), ("image_digest", "sha256:{hex:64}"), ("request_id", "{uuid}"), ("checksum", "{hex:64}"),
    ("etag", "{hex:32}"), ("trace_id", "{hex:32}"), ("build_number", "{digit:12}"), ("color", "#{hex:6}"),
    ("password", "${{DB_PASSWORD}}"), ("api_key", "your-api-key-here"), ("token", "<your token>"),
    ("secret", "changeme"), ("client_secret", "xxxxxxxxxxxxxxxxxxxxxxxx"), ("api_key", "{{{{ vault.api_key }}}}"),
    ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"), ("github_token", "ghp_{repeat:x:36}"),
    ("secret_name", "prod/billing/database-credentials"), ("token_url", "https://login.corp.test/oauth2/token"),
    ("password_field", "user_password_confirmation"), ("key_path", "/etc/ssl/private/server.key"),
    ("cache_key", "customer:profile:by-region"), ("primary_key", "customer_identifier"), ("author", "k.meier"),
    ("public_key", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{alnum:43} me@corp"), ("integrity", "sha512-{base64:86}=="),
    ("translation_key", "checkout.payment.error.card-declined"), ("secretary", "Anna Schmidt-Meier, Basel"),
    ("keyboard_layout", "de-CH-nodeadkeys"), ("passport_country", "Switzerland"),
    ("tokenizer", "bert-base-uncased-v2"),
    ("version", "v{digit:2}.{digit:1}.{digit:2}"), ("arn", "arn:aws:iam::{digit:12}:role/reader"),
    ("api_version", "2024-05-01-preview"), ("key_id", "alias/billing-data-key"), ("credentialsId", "nexus-deployer"),
    ("private_key_file", "keys/signing-2024.pem"), ("token_type", "urn:ietf:params:oauth:token-type:jwt"),
    ("monkey", "capuchin"), ("access_log", "/var/log/nginx/access-2024.log"),
    ("secret_version", "projects/1/secrets/a"),
)  # fmt: skip
"""What looks like a secret, or is called like one, and is none."""


class Planted(NamedTuple):
    """Where a secret stands."""

    path: str
    line: int
    kind: str


class Corpus(NamedTuple):
    """What was made."""

    planted: tuple[Planted, ...]
    lines: int
    decoys: int


def make(folder: Path, seed: str = "limen corpus", rounds: int = 4) -> Corpus:
    """Write the corpus below a folder, and return where its secrets are: every form `rounds` times."""
    chance = random.Random(seed)
    writer = _Writer(folder, chance)
    for _ in range(rounds):
        for template in TOKENS:
            writer.plant(template, chance.choice(("token", "credential", "value", "setting", "id")), template)
        for name, template in (*NAMED, *CHOSEN):
            writer.plant(template, name, f"{name} {template}")
        for template in WHOLE:
            writer.plain(template)
        for kind in KEYS:
            writer.key(kind)
        for name, template in DECOYS:
            writer.decoy(name, template)
            writer.decoy(name, template)
    return writer.finish()


class _Writer:
    """Gathers the lines of each file."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self._folder, self._chance = folder, chance
        self._files: dict[str, list[str]] = {}
        self._planted: list[Planted] = []
        self._decoys = 0

    def plant(self, template: str, name: str, kind: str) -> None:
        """Write a secret beside a name."""
        ending, form = self._chance.choice(FORMS)
        self._put(ending, _written(form, name, fill(template, self._chance)), kind)

    def plain(self, template: str) -> None:
        """Write a line that is a secret as a whole."""
        ending = self._chance.choice(("md", "sh", "env", "yaml"))
        lead = {"md": "    ", "sh": "# ", "env": "LINE=", "yaml": "note: "}[ending]
        self._put(ending, lead + fill(template, self._chance), template)

    def key(self, kind: str) -> None:
        """Write a private key into a file of its own."""
        path = f"keys/{len(self._planted)}.pem"
        body = [fill("{base64:64}", self._chance) for _ in range(8)]
        self._files[path] = [f"-----BEGIN {kind}-----", *body, f"-----END {kind}-----"]
        self._planted.append(Planted(path, 1, kind))

    def decoy(self, name: str, template: str) -> None:
        """Write what is no secret."""
        ending, form = self._chance.choice(FORMS)
        self._put(ending, _written(form, name, fill(template, self._chance)), "")
        self._decoys += 1

    def _put(self, ending: str, line: str, kind: str) -> None:
        number = self._chance.randrange(6)
        path = f"part{number}/Dockerfile" if ending == "Dockerfile" else f"part{number}/file.{ending}"
        lines = self._files.setdefault(path, [])
        lines.append(line)
        if kind:
            self._planted.append(Planted(path, len(lines), kind))

    def finish(self) -> Corpus:
        """Write the files."""
        for path, lines in self._files.items():
            place = self._folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return Corpus(tuple(self._planted), sum(map(len, self._files.values())), self._decoys)


def _written(form: str, name: str, value: str) -> str:
    words = name.replace("-", "_").split("_") if "_" in name or name.isupper() or name.islower() else [name]
    lower = "_".join(words).lower() if len(words) > 1 or name.islower() else name
    camel = (
        words[0][:1].lower() + words[0][1:]
        if len(words) == 1
        else words[0].lower() + "".join(word.title() for word in words[1:])
    )
    upper = lower.upper() if lower.islower() or "_" in lower else name
    return form.format(lower=lower, camel=camel, upper=upper, value=value)
