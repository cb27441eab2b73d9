"""Logs: one JSON object a line, with the request's id; routes, never the values in addresses."""

import json
import logging
import sys
import time
from typing import Any

from flask import Response, g, has_request_context, request


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
        for name in ("route", "method", "status", "ms"):
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
    took = (time.perf_counter() - g.started) * 1000 if "started" in g else 0.0
    level = logging.WARNING if response.status_code >= 500 else logging.INFO
    logging.getLogger("engage.requests").log(
        level,
        "%s %s %s",
        request.method,
        rule,
        response.status_code,
        extra={
            "route": rule,
            "method": request.method,
            "status": response.status_code,
            "ms": round(took, 1),
        },
    )
    return response
