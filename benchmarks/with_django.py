"""Import this first: makes the models importable."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bounceadmin.settings")
django.setup()
