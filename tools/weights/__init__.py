"""Builds the weights that ship in the wheel; nothing of this is installed with the package."""
