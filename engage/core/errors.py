"""The ways a request or a command can be refused; each has one HTTP answer, registered once."""


class DomainError(Exception):
    """A refusal with a sentence for the person who asked."""

    status = 400

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class Denied(DomainError):
    """The person may not do this (403)."""

    status = 403


class NotFound(DomainError):
    """There is no such thing, or the person may not know of it (404)."""

    status = 404


class Conflict(DomainError):
    """Somebody was faster, or it was done already (409)."""

    status = 409


class Gone(DomainError):
    """It was there, and is closed for good (410)."""

    status = 410


class InvalidInput(DomainError):
    """A field does not fit (422); the form comes back with what was typed."""

    status = 422

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class TooMany(DomainError):
    """Too many attempts (429); `retry_after` in seconds."""

    status = 429

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
