"""The checks of a pack, one room each: every one yields what it found, and none believes another's answer."""
