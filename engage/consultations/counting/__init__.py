"""What an answer may be, how answers are counted, and how a count is explained."""
