"""What several rooms share of the outside: key providers, ledger stores, object stores."""
