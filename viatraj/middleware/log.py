"""The first and last of a request: its number, and one line about it."""

import time
import uuid

import structlog

log = structlog.get_logger("viatraj.request")


def request_log(get_response):
    """One line a request: route, never the path (a token or a searched name may be in it)."""

    def middleware(request):
        request.request_id = uuid.uuid4().hex[:12]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request.request_id)
        started = time.perf_counter()
        response = get_response(request)
        match = getattr(request, "resolver_match", None)
        log.info(
            "request",
            method=request.method,
            route=match.route if match else "",
            status=response.status_code,
            ms=round((time.perf_counter() - started) * 1000, 1),
        )
        response["X-Request-ID"] = request.request_id
        return response

    return middleware
