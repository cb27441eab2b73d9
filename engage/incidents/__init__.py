"""Problems of the neighbourhood (GUP): reports, triage, assignment, closing."""
