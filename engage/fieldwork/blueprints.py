"""The pages of the counter and of its tickets, named in one place."""

from engage.fieldwork import (
    card_views,
    conversion_views,
    enquiry_views,
    entry_views,
    follow_views,
    party_views,
    sheet_views,
    signing_up_views,
    ticket_views,
    views,
    vote_views,
)

BLUEPRINTS = (
    views.bp,
    entry_views.bp,
    vote_views.bp,
    ticket_views.bp,
    card_views.bp,
    signing_up_views.bp,
    sheet_views.bp,
    enquiry_views.bp,
    follow_views.bp,
    conversion_views.bp,
    party_views.bp,
)
