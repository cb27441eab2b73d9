"""Identity only: people, contact points, sign-ins, mandates."""
