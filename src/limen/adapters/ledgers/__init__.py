"""Ledger stores, read as blocks of whole lines: JSON Lines (plain, gzip, zstd; by path or URL), SQLite, PostgreSQL."""
