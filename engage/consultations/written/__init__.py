"""Answers in words to a vote: apart from the ballots, read by the council, told after the end."""
