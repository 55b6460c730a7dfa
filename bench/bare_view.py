"""The reference of `intake`: a bare Django view that does the same two inserts and nothing else, as a WSGI program."""

import json
import os
import uuid

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rung.config.settings")
django.setup()

from django.conf import settings  # noqa: E402  Django has to be up first
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402

_STORE = """
    INSERT INTO intake_received (channel, external_id, inbox, body, received_at, next_attempt_at, attempts, outcome)
    VALUES ('bare', %s, '', %s, now(), NULL, 0, '')
"""
_SEEN = "INSERT INTO bench_seen (word) VALUES (%s)"


def keep(request: HttpRequest) -> HttpResponse:
    """Two inserts, committed."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_STORE, [uuid.uuid4().hex, json.dumps(json.loads(request.body))])
        cursor.execute(_SEEN, [uuid.uuid4().hex])
    return HttpResponse(status=200)


urlpatterns = [path("keep", keep)]
settings.ROOT_URLCONF = __name__
settings.MIDDLEWARE = []
application = get_wsgi_application()
