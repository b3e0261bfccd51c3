"""The WSGI application."""

import os

import django

from bounceadmin.machines import Application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bounceadmin.settings")
django.setup(set_prefix=False)

application = Application()
