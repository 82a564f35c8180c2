"""How a memory ages, and what is cleared away behind it."""
