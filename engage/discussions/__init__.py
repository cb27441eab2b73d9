"""What others say about a contribution: comments, and answers to them one level deep."""
