import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from pialara_site.bodies import shared
from pialara_site.circuit import Circuit
from pialara_site.turns import in_turn

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pialara_site.settings")
application = in_turn(shared(get_wsgi_application()))

from pialara_site.news import NothingNew  # noqa: E402  (it needs the settings)

application = NothingNew(application)

# Django's pages with traces and settings are for `runserver`; a real server has people in front.
settings.DEBUG = False

# Who waited here for a database that is away would let all others wait too.
Circuit.in_force = True
