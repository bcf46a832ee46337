"""Evidence packs: what an assessment was made from and what it says, bound by a tree, signatures, times and a log."""
