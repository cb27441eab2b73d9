"""Attacks that were tried and what keeps them out."""
