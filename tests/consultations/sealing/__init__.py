"""Secrecy and proof of votes."""
