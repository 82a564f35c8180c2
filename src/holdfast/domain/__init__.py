"""What a memory is: frozen dataclasses and pure rules, with nothing but the standard library."""
