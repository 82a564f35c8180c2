"""One folder per technology; none imports another, and nobody imports one until it is asked for."""
