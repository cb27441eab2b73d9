"""What an application server imports: `engage.wsgi:app`."""

from engage import create_app

app = create_app()
