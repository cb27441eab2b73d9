"""Templates of concertations: the street party, the refurbishment, the field survey."""
