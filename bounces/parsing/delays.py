"""Whether a report for people says that delivery is still being tried, in twenty languages."""

from __future__ import annotations

import re

from bounces.parsing.notice import Notice

# What says so, by a word or part of one that all of a row have and other reports hardly do.
_ENGLISH = {
    "delay": ("(delay)", "has been delayed", "is delayed", "delivery delayed",
              "delivery was delayed"),
    "will": ("will be retried", "will keep trying", "will continue to try", "will retry",
             "will continue trying", "will continue attempting", "will continue to attempt",
             "will try again", "will go on trying", "will be tried again",
             "attempts will continue", "attempts will be made"),
    "attempts": ("attempts are continuing", "attempts are being made"),
    "been": ("not yet been delivered", "not been delivered after", "not been delivered so far"),
    "yet": ("not yet delivered", "could not yet be", "not yet be delivered", "not yet been able"),
    "still": ("still undelivered", "still being tried", "still trying to deliver"),
    "only": ("warning message only",),
    "action": ("no action is required on your part",),
    "fatal": ("transient non-fatal",),
    "resend": ("do not need to resend", "no need to resend"),
    "reattempted": ("will be reattempted",),
    "deferred": ("address(es) deferred",),
}  # fmt: skip
_OTHERS = {
    # German
    "noch": ("noch nicht zugestellt", "noch nicht übermittelt", "noch nicht ausgeliefert",
             "noch nicht erfolgreich"),
    "bisher": ("bisher nicht gelungen", "bisher nicht zugestellt"),
    "versuch": ("weiterhin versucht", "versucht es weiterhin", "weitere zustellversuche",
                "erneut versucht", "versucht es erneut", "weiter versucht"),
    "verzoeger": ("verzoeger",),
    # French
    "encore": ("pas encore été", "pas encore pu", "non encore délivré", "non encore remis"),
    "nouvelles": ("nouvelles tentatives seront",),
    "continuer": ("continuerons d'essayer", "continuera d'essayer", "continuera à essayer",
                  "continuerons à essayer", "continuera de tenter", "continuera à tenter",
                  # Italian
                  "continuerà a tentare", "continuerà a provare"),
    "tard": ("retardée", "ritardat"),
    # Italian
    "ancora": ("non ancora consegnat", "non è ancora stat", "non è stato ancora"),
    "tentativi": ("altri tentativi", "ulteriori tentativi"),
    # Spanish and Portuguese
    "rasad": ("retrasad", "atrasad"),
    "intentando": ("seguirá intentando", "continuará intentando", "seguiremos intentando"),
    "tentando": ("continuará tentando", "continuaremos tentando", "continua tentando"),
    "novas": ("novas tentativas ser",),
    # Dutch
    "nog": ("nog niet bezorgd", "nog niet afgeleverd", "nog niet worden", "nog geprobeerd"),
    "vertraagd": ("vertraagd",),
    "opnieuw": ("opnieuw geprobeerd", "opnieuw proberen te bezorgen"),
    # Polish
    "jeszcze": ("jeszcze niedostarczon", "nie została jeszcze", "nie zostało jeszcze",
                "jeszcze nie został"),
    "ponawia": ("ponawia",),
    # Danish and Norwegian
    "ikke": ("endnu ikke leveret", "endnu ikke blevet", "ennå ikke levert", "ennå ikke blitt"),
    "igen": ("forsøgt igen", "forsøger igen"),
    # Finnish and Hungarian
    "viel": ("ei ole vielä",),
    "yritet": ("yritetään uudelleen", "yritetään edelleen"),
}  # fmt: skip
_BEYOND_ASCII = {
    "verzögert": ("verzögert",),
    "aún": ("aún no se ha", "aún no ha", "aún no entregad"),
    "todavía": ("todavía no se ha", "todavía no ha"),
    "ainda": ("ainda não foi", "ainda não pôde", "ainda não entregue"),
    "ännu": ("ännu inte", "levererats ännu"),
    "försök": ("nya försök kommer", "fortsätter att försöka"),
    "dosud": ("dosud nebyl", "dosud nepodařilo"),
    "zatím": ("zatím nebyl", "zatím nepodařilo"),
    "dále": ("dále zkoušet",),
    "még": ("még nem sikerült", "még nem kézbesít"),
    "henüz": ("henüz teslim", "henüz iletil", "henüz ulaştır"),
    "dene": ("yeniden denenecek", "tekrar denenecek", "denemeye devam", "denemeleri sür"),
    "отложен": ("отложен",),
    "пока": ("пока не удалось", "пока не доставлен", "пока не был"),
    "доставлен": ("ещё не доставлен", "еще не доставлен", "ще не доставлен"),
    "попытки": ("попытки доставки будут", "попытки будут продолж", "продолжить попытки"),
    "спроби": ("спроби доставки буд", "спроби буд"),
    "遅延": ("遅延",),
    "配": ("まだ配信されて", "まだ配送されて", "まだ配達されて", "配信が遅れ", "配送が遅れ"),
    "再試行": ("再試行します", "再試行され", "再試行を続け"),
    "引き続き": ("引き続き配信", "引き続き配送"),
    "延迟": ("延迟",),
    "延遲": ("延遲",),
    "尚未": ("尚未送达", "尚未送達", "尚未投递", "尚未投遞"),
    "续": ("继续尝试", "继续重试", "继续投递"),
    "續": ("繼續嘗試", "繼續重試", "繼續投遞"),
    "지연": ("지연",),
    "아직": ("아직 전달", "아직 배달", "아직 전송"),
    "재시도": ("계속 재시도", "재시도할 예정", "재시도합니다"),
}  # fmt: skip
_GIVEN_UP = re.compile(
    r"giv(?:en|ing) up|permanent(?:ly)? |will be deleted|has been removed|not going to try|"
    r"could not be delivered(?! for |.{0,60}this is a temporary error)|"
    r"u(?<!temporarily u)ndeliverable(?! for )|"
    r"no (?:further|more|other) (?:delivery )?attempts|keine weiteren|"
    r"nicht (?:erneut|weiter) versucht|aucune (?:autre|nouvelle) tentative|no se (?:seguir|volver)|"
    r"n[ãa]o (?:ser[ãa]o|haver)|"
    r"non (?:verranno|sarà|saranno)|niet (?:meer|opnieuw) geprobeerd|не будут|больше не буд|"
    r"不再|これ以上|더 이상"
)
_EXPIRED = re.compile(
    # Not "delivery time expired": so RFC 3463 3.5 names x.4.7, of delays too.
    r"envelope expired|(?:delivery timeout|retry time(?:out)?) (?:has )?(?:expired|exceeded)|"
    r"message (?:has )?expired|giv(?:en|ing) up|in the queue too long",
    re.I,
)


def is_delay(notice: Notice) -> bool:
    """Whether the report says that delivery is still being tried."""
    subject = notice.subject.lower()
    words = f"{subject}\n{notice.folded}"
    rows = [phrases for word, phrases in _ENGLISH.items() if word in words]
    is_ascii = words.isascii()
    if not is_ascii or " the " not in words:
        rows += [phrases for word, phrases in _OTHERS.items() if word in words]
    if not is_ascii:
        rows += [phrases for word, phrases in _BEYOND_ASCII.items() if word in words]
    if not rows:
        return False
    text = notice.whole_text.lower()
    said = f"{subject} {text}"
    told = any(phrase in said for phrases in rows for phrase in phrases)
    return told and not _GIVEN_UP.search(text)


def has_given_up(said: str) -> bool:
    """Whether what is said of a recipient is the end, though the report calls it a delay.

    OpenSMTPD words its last report of an expired message as a warning.
    """
    return _EXPIRED.search(said) is not None
