"""How well rules turn messages into facts, and facts into decisions."""
