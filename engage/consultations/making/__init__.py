"""Making a concertation: drafts, guided steps, announcing, extending, cancelling, documents."""
