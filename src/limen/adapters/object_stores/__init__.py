"""Object stores: one interface, one module a protocol."""
