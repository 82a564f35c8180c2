"""How a model's reply is read: tolerant of its form, strict about what it means."""
