"""A worked service: four jobs of the reference system, enforced by the boundaries.yaml that was reviewed."""
