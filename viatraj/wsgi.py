"""The web door: `gunicorn viatraj.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "viatraj.settings")
application = get_wsgi_application()
