"""What `pairs.py` is for English, for the languages of the north and east of Europe."""

_CS = (
    "schránka schránky schránku adresa adresy uživatel uživatele příjemce příjemca adresát "
    "adresáta účet používateľ"
)
_SV = (
    "brevlåda brevlådan postlåda adress adressen mottagare mottagaren användare användaren konto "
    "kontot postkasse postkassen modtager modtageren bruger brugeren adresse adressen mottaker "
    "mottakeren bruker brukeren innboks innboksen"
)
_FI = (
    "postilaatikko postilaatikkoa osoite osoitetta vastaanottaja vastaanottajaa vastaanottajan "
    "käyttäjä käyttäjää tili tiliä"
)
_HU = "címzett cím címet postafiók postafiókja felhasználó fiók"
_RO = "căsuța căsuţa adresa destinatarul destinatar utilizatorul utilizator contul cont"
_EL = "γραμματοκιβώτιο διεύθυνση παραλήπτης παραλήπτη χρήστης χρήστη λογαριασμός"
_UK = "скринька скриньки користувач користувача отримувач отримувача адреса адреси запис"

PAIRS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    # reason, words for whom or what it is said of, what is said
    # Czech, Slovak
    ("mailboxfull", _CS + " kvóta", ("plná", "přeplněná", "překročena", "prekročená")),
    ("suspend", _CS, ("zablokován", "zablokována", "zrušen", "zrušena", "deaktivován")),
    ("userunknown", _CS, (
        "neexistuje", "neznámý", "neznámá", "nenalezen", "nenalezena", "neplatná", "neplatný")),
    # Swedish, Danish, Norwegian
    ("mailboxfull", _SV, ("full", "fullt", "fuld", "fyldt", "överskriden")),
    ("suspend", _SV, ("spärrat", "spärrad", "spærret", "sperret", "avstängd", "deaktiveret",
                      "deaktivert")),
    ("userunknown", _SV, (
        "finns inte", "finns ej", "finnes ikke", "findes ikke", "okänd", "ukendt", "ukjent",
        "existerar inte", "eksisterer ikke")),
    # Finnish
    ("mailboxfull", _FI, ("täynnä", "ylittynyt")),
    ("suspend", _FI, ("suljettu", "lukittu")),
    ("userunknown", _FI, ("tuntematon", "ei ole", "ei löydy", "ei löytynyt")),
    # Hungarian
    ("mailboxfull", _HU, ("megtelt", "betelt", "tele van")),
    ("suspend", _HU, ("letiltva", "felfüggesztve")),
    ("userunknown", _HU, ("ismeretlen", "nem létezik", "nem található", "nincs ilyen")),
    # Romanian
    ("mailboxfull", _RO, ("plină", "depășită")),
    ("suspend", _RO, ("suspendat", "dezactivat", "blocat")),
    ("userunknown", _RO, ("nu există", "necunoscut", "inexistent", "inexistentă")),
    # Greek
    ("mailboxfull", _EL, ("γεμάτο", "πλήρες")),
    ("userunknown", _EL, ("δεν υπάρχει", "άγνωστος", "άγνωστη", "δεν βρέθηκε")),
    # Ukrainian
    ("mailboxfull", _UK + " квота", ("переповнена", "заповнена", "перевищено")),
    ("suspend", _UK, ("заблоковано", "заблокована", "заблокований")),
    ("userunknown", _UK, ("не існує", "не знайдено", "невідомий", "невідома")),
)  # fmt: skip
