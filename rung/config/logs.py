"""Logs: one JSON line for each event, ours (structlog) or a library's (logging)."""

import logging
from typing import Any

import structlog

from rung.config.log_secrets import without_secrets

_SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]


# granian's own lines, in the same form.
SERVER = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "rung.config.logs.formatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "loggers": {"_granian": {"handlers": ["stderr"], "propagate": False}},
}


def formatter() -> logging.Formatter:
    """The formatter Django's LOGGING names; configures structlog to write through it."""
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
            _without_secrets,
        ],
    )


def _without_secrets(_logger: object, _name: str, line: Any) -> str:
    """Last, over the whole line: an address in a traceback counts as much as one in a message."""
    return without_secrets(str(line))
