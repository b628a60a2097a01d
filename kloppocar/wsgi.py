"""What a WSGI server, Zappa's handler among them, calls."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kloppocar.settings")

application = get_wsgi_application()
