"""Votes on paper: the stand, printed ballots, their entry by two people, and the tally report."""
