"""Canonical JSON, hash chains, anchors and tokens: what integrity rests on. Pure: bytes in, answers out."""
