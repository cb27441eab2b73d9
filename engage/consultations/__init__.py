"""Concertations: questions, electorate, roll, ballots, tally."""
