"""How a memory is found: gather candidates from every signal, fuse, rank, pack."""
