"""Logs: one JSON object a line, with the request's id; routes, never the values in addresses."""

import json
import logging
import sys
import time
from typing import Any

from flask import Response, g, has_request_context, request

REQUESTS = logging.getLogger("engage.requests")


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if has_request_context():
            entry["request"] = g.get("request_id", "-")
        for name in ("request", "route", "method", "status", "ms", "kept"):
            if hasattr(record, name):
                entry[name] = getattr(record, name)
        if record.exc_info:
            entry["trace"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


def configure(level: str) -> None:
    """Send every log to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("apscheduler").setLevel("WARNING")


def log_request(response: Response) -> Response:
    """Note a finished request: its route (with `<token>`, not the token), status and duration."""
    rule = request.url_rule.rule if request.url_rule else "(none)"
    took = time.perf_counter() - g.started if "started" in g else 0.0
    _note(request.method, rule, response.status_code, took)
    return response


def log_kept(rule: str, status: int, took: float, request_id: str) -> None:
    """Note a request that a kept page answered (`took` in seconds)."""
    if REQUESTS.isEnabledFor(logging.INFO):
        _note("GET", rule, status, took, kept=True, request=request_id)


def _note(method: str, rule: str, status: int, took: float, **more: object) -> None:
    level = logging.WARNING if status >= 500 else logging.INFO
    facts = {"route": rule, "method": method, "status": status, "ms": round(took * 1000, 1)}
    REQUESTS.log(level, "%s %s %s", method, rule, status, extra=facts | more)
