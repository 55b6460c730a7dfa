"""Where a loft that has a telephone reports what a pigeon brought."""

import json

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from rung.intake.receive import store
from rung.people.clock import database_now


@csrf_exempt
def arrived(request: HttpRequest) -> HttpResponse:
    body = json.loads(request.body)
    store("pigeon", body["id"], body, place=body["loft"], now=database_now())
    return HttpResponse(status=202)


urlpatterns = [path("arrived", arrived)]
