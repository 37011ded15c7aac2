import os
import threading

from django import db
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.utils import timezone
from django.utils.translation import trans_real

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pialara_site.settings")

from pialara_site import embedded
from pialara_site.bodies import shared
from pialara_site.circuit import Circuit
from pialara_site.news import NothingNew
from pialara_site.requests import Request

_django = get_wsgi_application()
_django.request_class = Request
application = NothingNew(shared(_django))

# Django has no database here, whose queries and connections it would look after at each request.
request_started.disconnect(db.reset_queries)
for signal in (request_started, request_finished):
    signal.disconnect(db.close_old_connections)

# The language and the time zone are asked for dozens of times a page. Django keeps them apart for
# tasks as well as for threads, in several calls each time; there are only threads here.
trans_real._active = threading.local()
timezone._active = threading.local()

# Who ends last stops the server of our own: not while this process lives.
needed = None if settings.MONGODB_URI else embedded.server().held()

# Django's pages with traces and settings are for `runserver`; a real server has people in front.
settings.DEBUG = False

# Who waited here for a database that is away would let all others wait too.
Circuit.in_force = True
