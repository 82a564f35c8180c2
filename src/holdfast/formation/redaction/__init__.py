"""Takes secrets out of what is said, before anything else sees it."""
