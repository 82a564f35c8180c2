"""How well memories are found: every published figure of quality comes from here."""
