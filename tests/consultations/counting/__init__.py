"""Tests of ways to vote and of counting."""
