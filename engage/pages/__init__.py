"""Home, legal and help pages, demo."""
