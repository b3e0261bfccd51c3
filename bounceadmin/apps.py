"""The project as an app: its commands, its admin site, its roles."""

from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin.apps import AdminConfig
from django.core import checks
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from bounceadmin import settings_checks
from bounceadmin.operating import sentry


class BounceadminConfig(AppConfig):
    name = "bounceadmin"
    verbose_name = _("People and alerts")

    def ready(self) -> None:
        from bounceadmin.roles import create_roles  # noqa: PLC0415 (models load after the apps)

        checks.register(settings_checks.check_site_url)
        post_migrate.connect(create_roles, dispatch_uid="bounceadmin.roles")
        if settings.SENTRY_DSN:
            sentry.start(
                settings.SENTRY_DSN,
                environment=settings.SENTRY_ENVIRONMENT,
                personal_data=settings.LOG_PERSONAL_DATA,
            )


class BounceadminAdminConfig(AdminConfig):
    default_site = "bounceadmin.site.BounceadminSite"
