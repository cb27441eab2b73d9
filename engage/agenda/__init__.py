"""The agenda: stands, workshops, walks, meetings, the party; known to calendars of phones."""
