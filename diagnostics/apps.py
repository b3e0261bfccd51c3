from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _


class DiagnosticsConfig(AppConfig):
    name = "diagnostics"
    verbose_name = _("Why")

    def ready(self) -> None:
        # Models load after the apps.
        from bounces import origins, taking  # noqa: PLC0415
        from diagnostics import origin_judging, received_reports  # noqa: PLC0415
        from diagnostics.probing import returning  # noqa: PLC0415
        from diagnostics.settings_checks import check_settings  # noqa: PLC0415

        checks.register(check_settings)
        origins.register(origin_judging.judge)
        taking.register(returning.KIND, _("Round trip"), returning.take)
        taking.register(received_reports.KIND, _("DMARC report"), received_reports.take)
