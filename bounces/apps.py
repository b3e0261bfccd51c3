from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from bounces.words import reason_sentence
from lists import reason_words


class BouncesConfig(AppConfig):
    name = "bounces"
    verbose_name = _("What came back")

    def ready(self) -> None:
        # `lists` keeps reasons by name and knows no sentences.
        reason_words.register(reason_sentence)
