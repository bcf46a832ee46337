"""Options of probes: what each must be told beside its target. Which fit which probe is checked at load."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from limen.model.recipes import Recipe
from limen.model.scalars import Date, Duration, Entity, Identifier, Text


class TenantInput(Entity, frozen=True, kw_only=True):
    """An input of the binding of tenants, and where a table of tenants holds it."""

    name: Annotated[Identifier, Meta(description="Name of the input, as in the binding.")]
    column: Annotated[Text, Meta(description="The column that holds it.")]


class TenantTable(Entity, frozen=True, kw_only=True):
    """A database's table of tenants, whose ids are computed again from the inputs that they are made from."""

    table: Annotated[Text, Meta(description="The table, as schema.table.")]
    id: Annotated[Text, Meta(description="The column that holds the tenant's id.")]
    inputs: Annotated[
        tuple[TenantInput, ...], Meta(min_length=1, description="The inputs of the binding, and their columns.")
    ]
    key: Annotated[
        Annotated[str, Meta(pattern=r"^(?:env|file|vault):[!-~]+$(?!\n)")] | UnsetType,
        Meta(description="A reference to the key of the binding, in hexadecimal: env:NAME, file:PATH, vault:PATH."),
    ] = UNSET
    algorithm: Annotated[
        Literal["HMAC-SHA-256", "HMAC-SHA-512", "SHA-256"] | UnsetType,
        Meta(description="How ids are made from their inputs; default HMAC-SHA-256."),
    ] = UNSET


class StoredRecords(Entity, frozen=True, kw_only=True):
    """Records whose age and deletions the storage probe reads: a table, or a ledger in JSON Lines."""

    table: Annotated[Text | UnsetType, Meta(description="The table, as schema.table; for a database.")] = UNSET
    time: Annotated[Text | UnsetType, Meta(description="The column or field with a record's time; default time.")] = (
        UNSET
    )
    sequence: Annotated[
        Text | UnsetType, Meta(description="The column or field that numbers records without gaps.")
    ] = UNSET
    since: Annotated[
        Date | UnsetType, Meta(description="The day on which recording began, from which the oldest record must be.")
    ] = UNSET
    deletions: Annotated[
        Text | UnsetType,
        Meta(
            description="Where deletions are recorded: a table with the columns record_time, deleted_at and approvers "
            "(an array, or a text with commas); in a ledger the action of such entries, whose details have them."
        ),
    ] = UNSET


class ChainKey(Entity, frozen=True, kw_only=True):
    """A key of an HMAC chain."""

    id: Annotated[Identifier, Meta(description="The id that records name in `key`.")]
    secret: Annotated[
        Annotated[str, Meta(pattern=r"^(?:env|file|vault):[!-~]+$(?!\n)")],
        Meta(description="A reference to the key, in hexadecimal: env:NAME, file:PATH, vault:PATH."),
    ]


CanaryKind = Literal["ndc", "gtin", "serial", "mrn", "name", "marker"]
"""What a canary looks like; a marker is none, but harmless text that is expected wherever the canaries pass."""


class Delivered(Entity, frozen=True, kw_only=True):
    """Where canaries are delivered lawfully, and must be found: else it is not shown that they were sent at all."""

    endpoint: Annotated[Text, Meta(description="Where, as an endpoint of the leak probe.")]
    credential: Annotated[
        Annotated[str, Meta(pattern=r"^(?:env|file|vault):[!-~]+$(?!\n)")] | UnsetType,
        Meta(description="A reference, never a value: env:NAME, file:PATH, vault:PATH."),
    ] = UNSET


class TierFiles(Entity, frozen=True, kw_only=True):
    """Where the files of one tier of a ledger are."""

    tier: Annotated[Identifier, Meta(description="The tier, by its name in the ledger's tiers.")]
    files: Annotated[Text, Meta(description="A path, a URL, or a pattern with `*`.")]


class ProbeOptions(Entity, frozen=True, kw_only=True):
    """What a probe must be told beside its target; each field belongs to the probes that `OPTIONS_OF` names."""

    trust: Annotated[
        Text | UnsetType, Meta(description="PEM file of the authorities to trust, from the declaration's folder.")
    ] = UNSET
    server_name: Annotated[
        Annotated[str, Meta(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9.\-:]{0,252})$(?!\n)")] | UnsetType,
        Meta(description="Name that clients ask for, where the endpoint is reached by another; tls."),
    ] = UNSET
    expired: Annotated[
        Annotated[str, Meta(pattern=r"^(?:env|file|vault):[!-~]+$(?!\n)")] | UnsetType,
        Meta(description="A reference to an expired client certificate and its key, which must be refused; tls."),
    ] = UNSET
    host_keys: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^SHA256:[A-Za-z0-9+/]{43}$(?!\n)")], ...] | UnsetType,
        Meta(description="Fingerprints of the SSH host keys that are expected; tls, of sftp and ssh."),
    ] = UNSET
    old_ciphertext: Annotated[
        Text | UnsetType,
        Meta(description="File with a ciphertext that the test key sealed long ago, and must still open; kms."),
    ] = UNSET
    history: Annotated[
        bool | UnsetType, Meta(description="Whether every commit is searched, too; secrets. Default false.")
    ] = UNSET
    ignored: Annotated[
        bool | UnsetType, Meta(description="Whether files that git ignores are searched, too; secrets. Default false.")
    ] = UNSET
    allow: Annotated[
        Text | UnsetType, Meta(description="YAML file of what is accepted, each with a reason; secrets and code.")
    ] = UNSET
    known: Annotated[
        Text | UnsetType, Meta(description="JSON file of secrets that an earlier run found: the baseline; secrets.")
    ] = UNSET
    patterns: Annotated[
        tuple[Text, ...] | UnsetType, Meta(description="YAML files of patterns or code rules beside limen's own.")
    ] = UNSET
    results: Annotated[
        tuple[Text, ...] | UnsetType,
        Meta(description="Results of gitleaks, kingfisher or semgrep, JSON or SARIF, to be counted as found, too."),
    ] = UNSET
    tenant_setting: Annotated[
        Identifier | UnsetType, Meta(description="The setting that holds the session's tenant, such as app.tenant_id.")
    ] = UNSET
    tenant_column: Annotated[
        Text | UnsetType, Meta(description="The column that holds the tenant; default: the component's partitions_by.")
    ] = UNSET
    tenant_values: Annotated[
        Annotated[tuple[Text, ...], Meta(min_length=2, max_length=2)] | UnsetType,
        Meta(description="Two tenants' ids as the tables hold them: as the first, the second's rows are tried."),
    ] = UNSET
    roles: Annotated[
        Annotated[tuple[Text, ...], Meta(min_length=1)] | UnsetType,
        Meta(description="Roles to try (SET ROLE); default: the one that logs in."),
    ] = UNSET
    tables: Annotated[
        Annotated[tuple[Text, ...], Meta(min_length=1)] | UnsetType,
        Meta(description="Tables and views with tenants' rows, as schema.table; default: all with the tenant column."),
    ] = UNSET
    shared_tables: Annotated[
        tuple[Text, ...] | UnsetType, Meta(description="Tables that hold no tenant's rows, as schema.table.")
    ] = UNSET
    tenant_table: Annotated[
        TenantTable | UnsetType, Meta(description="The table of tenants, to compute their ids again.")
    ] = UNSET
    try_writes: Annotated[
        bool | UnsetType,
        Meta(description="Whether writes are tried, in transactions that are rolled back; default true."),
    ] = UNSET
    api: Annotated[
        Text | UnsetType,
        Meta(
            description="URL of the API that is asked about the endpoint; storage. Default: the provider's, by region."
        ),
    ] = UNSET
    region: Annotated[Text | UnsetType, Meta(description="Region of the provider; default us-east-1.")] = UNSET
    test_prefix: Annotated[
        Text | UnsetType,
        Meta(description="Prefix of keys below which the storage probe may write and delete objects of its own."),
    ] = UNSET
    records: Annotated[
        StoredRecords | UnsetType, Meta(description="Records whose age and deletions are read; storage.")
    ] = UNSET
    anchors: Annotated[
        Text | UnsetType,
        Meta(description="Where the ledger's anchors are kept, a path or URL of JSON Lines; ledger."),
    ] = UNSET
    witness: Annotated[
        Text | UnsetType,
        Meta(description="PEM file of the Ed25519 public key with which the witness signs each anchor; ledger."),
    ] = UNSET
    chain_keys: Annotated[
        tuple[ChainKey, ...] | UnsetType, Meta(description="The keys of an HMAC chain, old ones included; ledger.")
    ] = UNSET
    tenant: Annotated[
        Text | UnsetType,
        Meta(description="The one tenant whose records a ledger holds; default: that of its component; ledger."),
    ] = UNSET
    table: Annotated[
        Text | UnsetType, Meta(description="The table that holds the records, as schema.table; default ledger.")
    ] = UNSET
    line_column: Annotated[
        Text | UnsetType, Meta(description="The column that holds a record's line; default line; ledger.")
    ] = UNSET
    order_column: Annotated[
        Text | UnsetType, Meta(description="The column that orders the records; default seq; ledger.")
    ] = UNSET
    strict: Annotated[
        bool | UnsetType,
        Meta(description="Whether each record is also held against its canonical text; ledger. Default false."),
    ] = UNSET
    tier_files: Annotated[
        tuple[TierFiles, ...] | UnsetType,
        Meta(description="Where each tier's files are, to see how old, compressed and encrypted they are; ledger."),
    ] = UNSET
    recipe: Annotated[
        Recipe | UnsetType, Meta(description="How a foreign chain is made, instead of limen-v1; ledger.")
    ] = UNSET
    quick: Annotated[
        bool | UnsetType,
        Meta(
            description="Whether what is before the newest anchor is only compared with its digests, which says that "
            "it is unchanged and nothing more; ledger. Default false."
        ),
    ] = UNSET
    checkpoint: Annotated[
        Text | UnsetType,
        Meta(description="File in which a run keeps how far it came, for the next one to go on from; ledger."),
    ] = UNSET
    processes: Annotated[
        Annotated[int, Meta(ge=1, le=1024)] | UnsetType,
        Meta(description="Processes that verify; default: one for each core; ledger."),
    ] = UNSET
    scheduler: Annotated[
        Annotated[str, Meta(pattern=r"^(?:tcp|tls)://[!-~]+$(?!\n)")] | UnsetType,
        Meta(description="A Dask scheduler whose workers verify, as tcp://host:port or tls://host:port; ledger."),
    ] = UNSET
    canaries: Annotated[
        Text | UnsetType, Meta(description="JSON file of the canaries that were sent or planted beforehand; leak.")
    ] = UNSET
    seed: Annotated[
        Annotated[str, Meta(pattern=r"^(?:env|file|vault):[!-~]+$(?!\n)")] | UnsetType,
        Meta(description="A reference to the secret from which each run's canaries are derived for the driver; leak."),
    ] = UNSET
    driver: Annotated[
        Annotated[tuple[Text, ...], Meta(min_length=1)] | UnsetType,
        Meta(
            description="Program with its arguments that sends canaries, given as JSON on its input and in "
            "LIMEN_CANARY_*, through the flow; leak."
        ),
    ] = UNSET
    kinds: Annotated[
        Annotated[tuple[CanaryKind, ...], Meta(min_length=1)] | UnsetType,
        Meta(description="Kinds of canaries that the flow carries; default: all; leak."),
    ] = UNSET
    settle: Annotated[
        Duration | UnsetType,
        Meta(description="How long canaries take until they are wherever they get to; default PT2S; leak."),
    ] = UNSET
    delivered: Annotated[
        Delivered | UnsetType, Meta(description="Where canaries must be found, because the flow delivers them; leak.")
    ] = UNSET


OPTIONS_OF: dict[str, frozenset[str]] = {
    "tls": frozenset({"trust", "server_name", "expired", "host_keys"}),
    "kms": frozenset({"trust", "region", "old_ciphertext"}),
    "ledger": frozenset(
        {
            "anchors",
            "chain_keys",
            "checkpoint",
            "line_column",
            "order_column",
            "processes",
            "quick",
            "recipe",
            "scheduler",
            "strict",
            "table",
            "tenant",
            "tier_files",
            "witness",
        }
    ),
    "tenancy": frozenset(
        {
            "trust",
            "tenant_setting",
            "tenant_column",
            "tenant_values",
            "roles",
            "tables",
            "shared_tables",
            "tenant_table",
            "try_writes",
        }
    ),
    "secrets": frozenset({"allow", "history", "ignored", "known", "patterns", "results"}),
    "code": frozenset({"allow", "patterns", "results"}),
    "storage": frozenset({"api", "records", "region", "test_prefix", "trust"}),
    "leak": frozenset({"canaries", "delivered", "driver", "kinds", "seed", "settle", "trust"}),
    "brokers": frozenset({"trust"}),
}
"""The options that each probe takes."""
