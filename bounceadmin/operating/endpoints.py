"""The first middleware: gives each request its id, and answers those who watch over us.

`/healthz`, `/readyz` and `/metrics` are answered before any other middleware: orchestrators knock
at an IP address over plain HTTP, which the site itself refuses (`ALLOWED_HOSTS`, `HTTPS`).
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from bounceadmin.operating import ids
from bounceadmin.operating.access import may_read_metrics
from bounceadmin.operating.metrics import registry
from bounceadmin.operating.probes import OK, readiness

Answer = Callable[[HttpRequest], HttpResponse]


class OperatingMiddleware:
    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with ids.request_id(request.META.get("HTTP_X_REQUEST_ID", "")) as request_id:
            endpoint = _ENDPOINTS.get(request.path_info)
            if endpoint is None:
                response = self._get_response(request)
            elif request.method not in ("GET", "HEAD"):
                response = HttpResponseNotAllowed(["GET", "HEAD"])
            else:
                response = endpoint(request)
                response["Cache-Control"] = "no-store"
        response["X-Request-ID"] = request_id
        return response


def healthz(_request: HttpRequest) -> HttpResponse:
    """The process answers: nothing else is looked at, so that a lost database restarts nobody."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """503 unless all checks hold; `?exclude=broker` leaves one out, as often as given."""
    found = readiness(request.GET.getlist("exclude"))
    ready = all(words == OK for words in found.values())
    return JsonResponse({"ready": ready, **found}, status=200 if ready else 503)


def metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus. Strangers are told that there is nothing here."""
    if not may_read_metrics(request):
        return HttpResponse("Not found\n", status=404, content_type="text/plain")
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


_ENDPOINTS: dict[str, Answer] = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}
