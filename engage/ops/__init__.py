"""The command line of whoever runs the platform: backup, restore, checks, a full town."""
