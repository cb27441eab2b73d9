"""What comes of a vote: results, decisions, who hears of them, the bilan, the simulator."""
