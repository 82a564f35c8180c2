"""How fast Holdfast is on this machine: every published number about speed and size comes from here."""
