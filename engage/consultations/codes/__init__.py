"""Printed codes: letters to dwellings, a code in hand, codes that are lost and replaced."""
