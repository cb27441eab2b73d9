"""What is owed, by which organisation, until when."""
