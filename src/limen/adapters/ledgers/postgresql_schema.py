"""The table of a ledger in PostgreSQL: what makes it, and whether one that is there keeps what was appended.

The owner of the table, and superusers, can take the triggers away: services append by a role that has SELECT and INSERT
on it and owns nothing.
"""

from __future__ import annotations

from typing import Any

from limen.adapters.ledgers.blocks import StoreError

LOCK = 0x6C696D65 << 32
"""Added to the number of the table (its oid), it is the number of the lock that its writers share."""
_TRIGGERS = {"limen_ledger_kept": 58, "limen_ledger_next": 7}
"""tgtype by name: before update, delete and truncate, once a statement; before insert, for each row."""
_KEPT = """
CREATE OR REPLACE FUNCTION {kept}() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN RAISE EXCEPTION 'a ledger is only appended to' USING ERRCODE = '55000'; END $$"""
_NEXT = """
CREATE OR REPLACE FUNCTION {next}() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  PERFORM pg_advisory_xact_lock({lock} + TG_RELID::bigint);
  IF NEW.seq IS DISTINCT FROM (SELECT coalesce(max(seq), 0) + 1 FROM {table}) THEN
    RAISE EXCEPTION 'a ledger is only appended to' USING ERRCODE = '55000';
  END IF;
  RETURN NEW;
END $$"""
_FOUND = """
SELECT c.oid::bigint, n.nspname, c.relname, c.relkind = 'r' AND c.relpersistence = 'p', c.relrowsecurity, c.relhasrules,
  (SELECT array_agg(a.attname || ' ' || format_type(a.atttypid, NULL) ORDER BY a.attnum) FROM pg_catalog.pg_attribute a
   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  (SELECT array_agg(t.tgname || ' ' || t.tgtype || ' ' || t.tgenabled::text) FROM pg_catalog.pg_trigger t
   WHERE t.tgrelid = c.oid AND NOT t.tgisinternal),
  EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND i.indnatts = 1
   AND i.indkey[0] = (SELECT a.attnum FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'seq'))
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = to_regclass(%s)"""


def statements(table: str, writer: str = "") -> list[Any]:
    """Return the statements that make a ledger's table and let a role append to it, if one is named.

    `table` has its schema: what runs when a row is inserted looks nowhere else.
    """
    from psycopg import sql

    parts = table.split(".")
    name = sql.Identifier(*parts)
    names = {
        "table": name,
        "lock": sql.Literal(LOCK),
        "kept": sql.Identifier(*parts[:-1], f"{parts[-1]}_kept"),
        "next": sql.Identifier(*parts[:-1], f"{parts[-1]}_next"),
    }
    made = [
        "CREATE TABLE {table} (seq bigint PRIMARY KEY CHECK (seq > 0), line bytea NOT NULL)",
        _KEPT,
        _NEXT,
        "CREATE TRIGGER limen_ledger_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} EXECUTE FUNCTION {kept}()",
        "CREATE TRIGGER limen_ledger_next BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {next}()",
        # Also where session_replication_role is replica, which turns others off.
        "ALTER TABLE {table} ENABLE ALWAYS TRIGGER limen_ledger_kept, ENABLE ALWAYS TRIGGER limen_ledger_next",
        "REVOKE ALL ON {table} FROM PUBLIC",
    ]
    composed = [sql.SQL(one).format(**names) for one in made]
    if writer:
        composed.append(sql.SQL("GRANT SELECT, INSERT ON {} TO {}").format(name, sql.Identifier(writer)))
    return composed


def checked(connection: Any, table: str) -> tuple[int, str]:
    """Return the number of a ledger's table and its whole name; raises StoreError where it is none that keeps records.

    Raises psycopg.Error where that can't be asked.
    """
    from psycopg import sql

    written = sql.Identifier(*table.split(".")).as_string(connection)
    found = connection.execute(_FOUND, (written,)).fetchone()
    if found is None:
        raise StoreError(f"there is no table {table}; its owner makes it with limen.controls.ledger_tables.create")
    number, schema, name, durable, hidden, rules, columns, triggers, primary = found
    if columns != ["seq bigint", "line bytea"] or not primary:
        raise StoreError(f"the table {table} is not one of a ledger")
    if not durable:
        raise StoreError(f"the table {table} is lost with a crash (unlogged, temporary or foreign)")
    if hidden:
        raise StoreError(f"the table {table} has row-level security, which may hide records")
    if {f"{name} {kind} A" for name, kind in _TRIGGERS.items()} != set(triggers or ()):
        raise StoreError(
            f"the table {table} lacks the triggers that keep what was appended, has them turned off, or has others"
        )
    if rules and connection.execute("SELECT 1 FROM pg_catalog.pg_rewrite WHERE ev_class = %s", (number,)).fetchone():
        raise StoreError(f"the table {table} has rules, which may swallow what is appended")
    return number, f"{schema}.{name}"
