"""The outermost middleware: a request's number, its log line, and a line about an unexpected exception."""

import time
import uuid

import structlog
from django.core.signals import got_request_exception
from django.dispatch import receiver

log = structlog.get_logger("viatraj.request")


def request_log(get_response):
    """One line a request: route, never the path (a token or a searched name may be in it)."""

    def middleware(request):
        request.request_id = uuid.uuid4().hex[:12]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request.request_id)
        started = time.perf_counter()
        response = get_response(request)
        # Kept for failures while the answer is being sent.
        structlog.contextvars.bind_contextvars(route=_route(request))
        log.info(
            "request",
            method=request.method,
            status=response.status_code,
            ms=round((time.perf_counter() - started) * 1000, 1),
        )
        response["X-Request-ID"] = request.request_id
        return response

    return middleware


@receiver(got_request_exception)
def tell(request, **kwargs):
    """An exception that no view answered, before the page 500 does (TRC-5)."""
    log.error("failed", method=request.method, route=_route(request), exc_info=True)


def _route(request) -> str:
    match = getattr(request, "resolver_match", None)
    return match.route if match else ""
