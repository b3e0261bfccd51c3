"""What `pairs.py` is for English, for German, French, Spanish, Portuguese, Italian, Dutch, Polish,
Russian and Turkish."""

_DE = "postfach postfachs mailbox konto email emailkonto adresse empfängeradresse benutzer nutzer "
_DE_WHO = _DE + "empfänger empfängers benutzers nutzers teilnehmer account"
_FR = "boîte boite compte adresse destinataire destinataires utilisateur usager messagerie"
_ES = "buzón cuenta dirección destinatario usuario casilla"
_PT = "caixa conta endereço destinatário usuário utilizador"
_IT = "casella account indirizzo destinatario utente mailbox"
_NL = "mailbox postvak account adres emailadres ontvanger gebruiker geadresseerde"
_PL = "skrzynka skrzynki konto konta adres adresu odbiorca odbiorcy użytkownik użytkownika"
_RU = "ящик ящика пользователь пользователя получатель получателя адрес адреса запись аккаунт"
_TR = "kutusu hesap hesabı adres adresi alıcı kullanıcı posta"

PAIRS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    # reason, words for whom or what it is said of, what is said
    # German
    ("mailboxfull", _DE_WHO + " speicher speicherplatz quota kontingent", (
        "voll", "überfüllt", "überschritten", "ausgeschöpft", "erschöpft", "kein platz",
        "quota", "speicherplatz")),
    ("mesgtoobig", "nachricht email mail nachrichtengröße mailgröße größe", (
        "zu groß", "überschritten", "überschreitet", "übersteigt")),
    ("suspend", _DE_WHO, (
        "gesperrt", "deaktiviert", "inaktiv", "stillgelegt", "abgeschaltet", "geschlossen",
        "nicht aktiv", "gekündigt")),
    ("norelaying", "weiterleitung relay relaying", ("nicht erlaubt", "verweigert", "verboten")),
    ("blocked", "ip server host client verbindung mailserver", (
        "gesperrt", "blockiert", "abgelehnt", "abgewiesen", "verweigert", "sperrliste",
        "blacklist", "gelistet", "unerwünscht")),
    ("spamdetected", "nachricht email mail inhalt", (
        "spam", "unerwünscht", "unerwünschte", "werbung")),
    ("virusdetected", "nachricht email mail anhang datei", ("virus", "viren", "schadsoftware")),
    ("rejected", "absender absenders absenderadresse absenderdomain", (
        "abgelehnt", "abgewiesen", "verweigert", "gesperrt", "ungültig", "unbekannt",
        "nicht erlaubt", "nicht akzeptiert", "existiert nicht")),
    ("hostunknown", "domäne domain host", (
        "nicht gefunden", "existiert nicht", "unbekannt", "ungültig", "gibt es nicht")),
    ("userunknown", _DE_WHO, (
        "nicht gefunden", "existiert nicht", "nicht existiert", "existiert", "unbekannt",
        "nicht bekannt", "ungültig", "nicht vorhanden", "gibt es", "gibt es nicht",
        "nicht ermittelt", "nicht zustellbar", "falsch", "gelöscht")),
    ("policyviolation", "richtlinie richtlinien regel regeln", ("verstößt", "verletzt", "gegen")),
    ("systemerror", "server system dienst", (
        "fehler", "nicht verfügbar", "überlastet", "wartung", "störung")),
    ("expired", "server nachricht email host", (
        "antwortet nicht", "nicht erreichbar", "zeitüberschreitung", "nicht zugestellt")),
    # French
    ("mailboxfull", _FR + " quota espace", ("pleine", "plein", "dépassé", "saturée", "saturé",
                                            "quota", "insuffisant")),
    ("suspend", _FR, ("suspendu", "suspendue", "désactivé", "désactivée", "inactif", "inactive",
                      "fermé", "fermée", "bloqué", "bloquée", "archivée", "résilié")),
    ("norelaying", "relais relayage", ("interdit", "refusé", "non autorisé", "pas autorisé")),
    ("blocked", "ip serveur hôte connexion connexions", (
        "bloqué", "bloquée", "refusé", "refusée", "rejetée", "liste noire", "interdit")),
    ("mesgtoobig", "message taille courrier", ("trop volumineux", "trop gros", "trop grand",
                                               "dépasse", "trop grande")),
    ("spamdetected", "message courrier contenu", ("spam", "indésirable", "pourriel", "suspect")),
    ("rejected", "expéditeur émetteur", ("refusé", "refusée", "rejeté", "invalide", "inconnu",
                                         "inexistant", "non autorisé", "interdit")),
    ("hostunknown", "domaine hôte", ("introuvable", "inconnu", "inexistant", "existe pas",
                                     "pas trouvé")),
    ("userunknown", _FR, ("inconnu", "inconnue", "introuvable", "inexistant", "inexistante",
                          "existe pas", "existe plus", "invalide", "incorrecte", "pas valide",
                          "supprimé", "supprimée")),
    ("systemerror", "serveur système service erreur", ("temporaire", "indisponible", "erreur")),
    ("expired", "serveur message", ("répond pas", "délai", "expiré", "pas pu être remis")),
    # Spanish
    ("mailboxfull", _ES + " cuota espacio", ("lleno", "llena", "cuota", "superado", "excedido",
                                             "sin espacio", "excedida", "superada")),
    ("suspend", _ES, ("suspendido", "suspendida", "deshabilitado", "deshabilitada", "desactivada",
                      "desactivado", "inactivo", "inactiva", "bloqueada", "bloqueado", "cerrada")),
    ("norelaying", "relay reenvío retransmitir retransmisión", (
        "no se permite", "no permitido", "no permitida", "denegado", "prohibido")),
    ("blocked", "ip servidor conexión conexiones", (
        "bloqueada", "bloqueado", "rechazada", "lista negra", "denegada", "rechazado")),
    ("mesgtoobig", "mensaje correo tamaño", ("demasiado grande", "excede", "supera", "grande")),
    ("spamdetected", "mensaje correo contenido", ("spam", "no deseado", "sospechoso")),
    ("rejected", "remitente", ("rechazado", "no autorizado", "inválido", "desconocido",
                               "no existe", "denegado")),
    ("hostunknown", "dominio", ("no existe", "no se encontró", "no encontrado", "desconocido",
                                "inexistente")),
    ("userunknown", _ES, ("no existe", "desconocido", "desconocida", "no encontrado",
                          "no encontrada", "no se encontró", "inexistente", "inválida", "inválido",
                          "no válida", "no válido", "incorrecta")),
    ("systemerror", "servidor sistema error", ("temporal", "no disponible", "error")),
    ("expired", "servidor mensaje", ("no responde", "tiempo de espera", "expirado", "plazo")),
    # Portuguese
    ("mailboxfull", _PT + " cota quota espaço", ("cheia", "cheio", "excedida", "excedido", "cota",
                                                 "sem espaço", "lotada")),
    ("suspend", _PT, ("suspensa", "suspenso", "desativada", "desativado", "inativa", "inativo",
                      "bloqueada", "bloqueado", "cancelada", "encerrada")),
    ("blocked", "ip servidor conexão", ("bloqueado", "bloqueada", "rejeitada", "recusada",
                                        "lista negra", "negada")),
    ("mesgtoobig", "mensagem tamanho", ("muito grande", "excede", "excedeu", "ultrapassa")),
    ("spamdetected", "mensagem conteúdo", ("spam", "indesejada", "suspeito")),
    ("rejected", "remetente", ("recusado", "rejeitado", "inválido", "desconhecido",
                               "não autorizado", "não existe")),
    ("hostunknown", "domínio", ("não existe", "não foi encontrado", "não encontrado",
                                "inexistente", "desconhecido")),
    ("userunknown", _PT, ("não existe", "não foi encontrado", "não foi encontrada",
                          "não encontrado", "não encontrada", "desconhecido", "inexistente",
                          "inválido", "incorreto")),
    ("expired", "servidor mensagem", ("não responde", "tempo limite", "expirou", "prazo")),
    # Italian
    ("mailboxfull", _IT + " quota spazio", ("piena", "pieno", "superata", "esaurito", "esaurita",
                                            "quota")),
    ("suspend", _IT, ("sospeso", "sospesa", "disabilitato", "disabilitata", "disattivato",
                      "disattivata", "inattivo", "inattiva", "bloccato", "bloccata", "chiusa")),
    ("blocked", "ip server connessione", ("bloccato", "bloccata", "rifiutata", "lista nera",
                                          "negata")),
    ("mesgtoobig", "messaggio dimensione dimensioni", ("troppo grande", "supera", "superano")),
    ("spamdetected", "messaggio contenuto", ("spam", "indesiderato", "sospetto")),
    ("rejected", "mittente", ("rifiutato", "non autorizzato", "sconosciuto", "non valido",
                              "non esiste")),
    ("hostunknown", "dominio", ("non esiste", "non trovato", "inesistente", "sconosciuto")),
    ("userunknown", _IT, ("non esiste", "sconosciuto", "inesistente", "non trovato",
                          "non è stato trovato", "non trovata", "non valido", "errato")),
    ("expired", "server messaggio", ("non risponde", "tempo", "scaduto")),
    # Dutch
    ("mailboxfull", _NL + " quota ruimte", ("vol", "overschreden", "quota", "onvoldoende")),
    ("suspend", _NL, ("geblokkeerd", "gedeactiveerd", "uitgeschakeld", "opgeschort", "inactief",
                      "niet actief", "gesloten")),
    ("blocked", "ip server verbinding", ("geblokkeerd", "geweigerd", "zwarte lijst")),
    ("mesgtoobig", "bericht grootte", ("te groot", "overschrijdt")),
    ("spamdetected", "bericht inhoud", ("spam", "ongewenst")),
    ("rejected", "afzender", ("geweigerd", "onbekend", "ongeldig", "bestaat niet",
                              "niet toegestaan")),
    ("hostunknown", "domein", ("bestaat niet", "niet gevonden", "onbekend")),
    ("userunknown", _NL, ("bestaat niet", "niet gevonden", "onbekend", "onbekende", "ongeldig",
                          "niet bekend")),
    ("expired", "server bericht", ("reageert niet", "antwoordt niet", "verlopen")),
    # Polish
    ("mailboxfull", _PL, ("pełna", "przepełniona", "przekroczono", "limit", "brak miejsca")),
    ("suspend", _PL, ("zablokowane", "zablokowana", "zablokowany", "nieaktywne", "nieaktywna",
                      "zawieszone", "wyłączone", "zamknięte")),
    ("blocked", "ip serwer połączenie", ("zablokowany", "odrzucone", "czarnej liście")),
    ("mesgtoobig", "wiadomość rozmiar", ("zbyt duża", "za duża", "przekracza")),
    ("rejected", "nadawca nadawcy", ("odrzucony", "nieznany", "nie istnieje", "nieprawidłowy")),
    ("hostunknown", "domena domeny", ("nie istnieje", "nie znaleziono", "nieznana")),
    ("userunknown", _PL, ("nie istnieje", "nie znaleziono", "nieznany", "nieznane",
                          "nieprawidłowy", "nieprawidłowa", "nie znaleziony", "nie ma", "brak")),
    # Russian
    ("mailboxfull", _RU + " квота", ("переполнен", "заполнен", "превышена", "превышен", "полон")),
    ("suspend", _RU, ("заблокирован", "заблокирована", "отключен", "отключена", "неактивен",
                      "приостановлен", "удален")),
    ("blocked", "ip сервер соединение", ("заблокирован", "отклонено", "черном списке",
                                         "запрещено")),
    ("mesgtoobig", "сообщение письмо размер", ("слишком большое", "слишком большой", "превышает")),
    ("spamdetected", "сообщение письмо", ("спам", "спама", "нежелательное")),
    ("rejected", "отправитель отправителя", ("отклонен", "неизвестен", "не существует",
                                             "запрещен")),
    ("hostunknown", "домен домена", ("не найден", "не существует", "неизвестен")),
    ("userunknown", _RU, ("не найден", "не существует", "неизвестен", "неизвестный", "неверный",
                          "не зарегистрирован", "недействителен")),
    # Turkish
    ("mailboxfull", _TR + " kota", ("dolu", "aşıldı", "kota")),
    ("suspend", _TR, ("devre dışı", "askıya", "kapatıldı", "engellendi", "etkin değil")),
    ("blocked", "ip sunucu bağlantı", ("engellendi", "kara listede", "reddedildi")),
    ("mesgtoobig", "ileti mesaj boyutu", ("çok büyük", "aşıyor")),
    ("rejected", "gönderen gönderici", ("reddedildi", "geçersiz", "bilinmiyor")),
    ("hostunknown", "alan etki", ("bulunamadı", "mevcut değil")),
    ("userunknown", _TR, ("bulunamadı", "bilinmiyor", "yok", "mevcut değil", "geçersiz",
                          "bilinmeyen")),
)  # fmt: skip
