"""The project as an app: its commands, its admin site, its roles."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate


class BounceadminConfig(AppConfig):
    name = "bounceadmin"

    def ready(self) -> None:
        from bounceadmin.roles import create_roles  # noqa: PLC0415 (models load after the apps)

        post_migrate.connect(create_roles, dispatch_uid="bounceadmin.roles")


class BounceadminAdminConfig(AdminConfig):
    default_site = "bounceadmin.site.BounceadminSite"
