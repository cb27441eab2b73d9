"""The council's queue, decisions and register; sits above what it moderates."""
