"""Digests to partners, signed reply links, answers without account."""
