"""The threshold: messages of trading partners and devices, checked, labelled, routed, or kept apart."""
