"""Pure graph facts: crossings, exposure, wires, integrity, isolation, paths. Nothing here judges."""
