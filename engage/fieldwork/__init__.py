"""What is entered for others: the counter, paper sheets, printed tickets."""
