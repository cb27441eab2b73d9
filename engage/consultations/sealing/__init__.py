"""Secrecy and proof of votes: the secret of an open one, its sealing, what anybody can recount."""
