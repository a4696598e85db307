"""The door for an application server such as gunicorn."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from platform_site.failures import Refusal

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "platform_site.settings")
os.environ.setdefault("DEMO_SETTINGS", "0")

try:
    application = get_wsgi_application()
except (ImproperlyConfigured, Refusal) as error:
    sys.stderr.write(f"{error}\n")
    # gunicorn starts a failed worker again and again, except after this status.
    sys.exit(3)
