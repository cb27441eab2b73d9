"""Ideas of residents and the support they get."""
