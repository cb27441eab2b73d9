"""The pages of votes on paper, named in one place."""

from engage.consultations.paper import report_views, sheet_views, stand_views, views

BLUEPRINTS = (views.bp, sheet_views.bp, stand_views.bp, report_views.bp)
