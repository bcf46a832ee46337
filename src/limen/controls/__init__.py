"""What services use at a boundary at run time: envelopes, ledgers, transfers, signatures, and the guard itself."""
