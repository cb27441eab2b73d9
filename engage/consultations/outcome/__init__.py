"""What comes of a vote: results, the decision, its deadline, who wants to hear, the bilan."""
