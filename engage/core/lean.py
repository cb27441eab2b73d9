"""Parts of Flask and Jinja that make once what theirs make for every request."""

from collections.abc import MutableMapping
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.templating import Environment
from itsdangerous import URLSafeTimedSerializer


class Templates(Environment):
    """What all templates share is complete before the first one is loaded, so a copy does.

    Jinja's own chain of two mappings is read name by name for every page and every import.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return {**self.globals, **(d or {})}


class Sessions(SecureCookieSessionInterface):
    """Signs and reads all session cookies of one application with one serializer."""

    _signing: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        if self._signing is None:
            self._signing = super().get_signing_serializer(app)
        return self._signing
