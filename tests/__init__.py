"""All tests of Engage."""
