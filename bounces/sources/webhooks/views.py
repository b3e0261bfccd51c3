"""The address that mail services post to."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from bounces.sources.webhooks import receiving

_METHODS = ["GET", "HEAD", "OPTIONS", "POST"]


@csrf_exempt
def receive(request: HttpRequest, token: str) -> HttpResponse:
    """POST takes an event in; GET and HEAD say whether the address is one, as services check."""
    response = _answer(request, token)
    response["Cache-Control"] = "no-store"
    return response


def _answer(request: HttpRequest, token: str) -> HttpResponse:
    if request.method == "POST":
        answer = receiving.receive(token, request)
        # Numbers and texts only: without Django's encoder it is made several times as quickly.
        response = JsonResponse(answer.body, encoder=None, status=answer.status)
        if answer.status == 401:
            # Amazon SNS sends its user name and password only once it is asked.
            response["WWW-Authenticate"] = 'Basic realm="bounceadmin"'
        elif answer.status == 503:
            response["Retry-After"] = "60"
        return response
    if request.method in _METHODS:
        known = receiving.is_known(token)
        return JsonResponse({"ready": known}, status=200 if known else 404)
    response = JsonResponse({"error": "Use POST."}, status=405)
    response["Allow"] = ", ".join(_METHODS)
    return response
