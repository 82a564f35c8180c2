"""How a memory is formed and changed: capture, then compare with what is known, then commit."""
