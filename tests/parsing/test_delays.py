"""Delays that mail systems tell in their languages, and failures that read like them."""

import pytest

from bounces.parsing import parse

DELAYS = {
    "Warning: could not send message for past 4 hours": "has not been delivered so far. "
    "Delivery attempts will continue for 5 days.",
    "Delivery attempts are continuing": "We will go on trying; you need not send it again.",
    "Zustellung noch offen": "Es werden weitere Zustellversuche unternommen.",
    "Späte Zustellung": "Sie ist bisher nicht gelungen. Der Server versucht es weiterhin.",
    "Warnung": "Die Nachricht konnte noch nicht zugestellt werden.",
    "Message non encore délivré": "Nous continuerons d'essayer pendant 4 jours.",
    "Avertissement": "De nouvelles tentatives seront effectuées.",
    "Aviso: mensaje aún no entregado": "Se seguirá intentando durante 5 días.",
    "Aviso: mensagem": "Sua mensagem ainda não foi entregue. Novas tentativas serão feitas.",
    "Avviso: messaggio non ancora consegnato": "Verranno effettuati altri tentativi.",
    "Waarschuwing: bericht nog niet bezorgd": "Er wordt nog geprobeerd het te bezorgen.",
    "Ostrzeżenie": "Wiadomość nie została jeszcze dostarczona. Serwer będzie ponawiał próby.",
    "Предупреждение": "Письмо пока не удалось доставить. Попытки доставки будут продолжены.",
    "Varning": "Meddelandet har ännu inte kunnat levereras. Nya försök kommer att göras.",
    "Advarsel: beskeden er endnu ikke leveret": "Der vil blive forsøgt igen.",
    "Varování: zpráva dosud nebyla doručena": "Server to bude dále zkoušet.",
    "Uyarı: ileti henüz teslim edilmedi": "Teslim denemeleri sürdürülecek.",
    "警告: メッセージはまだ配信されていません": "配送を再試行します。",
    "警告：郵件尚未送達": "系統會繼續重試。",
    "메일 전송 안내": "메일이 아직 전달되지 못했습니다. 계속 재시도합니다.",
}
FAILURES = {
    "Delivery failed": "No further delivery attempts will be made.",
    "Mail could not be sent": "It has been tried for 5 days, no more attempts will be made.",
    "Unzustellbar": "Es werden keine weiteren Zustellversuche unternommen.",
    "Nicht zugestellt": "Die Zustellung wird nicht erneut versucht.",
    "Échec de la remise": "Aucune nouvelle tentative ne sera effectuée.",
    "Error de entrega": "No se seguirá intentando la entrega.",
    "Falha na entrega": "Não serão feitas novas tentativas.",
    "Mancata consegna": "Non verranno effettuati altri tentativi.",
    "Bezorging mislukt": "Het wordt niet meer geprobeerd.",
    "Не доставлено": "Попытки доставки больше не будут предприниматься.",
    "配信できません": "再試行しましたが、これ以上の再試行はされません。",
    "投递失败": "系统不再继续尝试投递。",
}


def _kind(subject: str, said: str) -> str:
    message = (
        "Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example.com>\n"
        f"Subject: {subject}\nContent-Type: text/plain; charset=utf-8\n\n"
        f"<ann@example.net>: {said}\n"
    )
    return parse(message.encode()).kind


@pytest.mark.parametrize("subject", DELAYS)
def test_what_is_still_tried_is_a_delay(subject):
    assert _kind(subject, DELAYS[subject]) == "delayed"


@pytest.mark.parametrize("subject", FAILURES)
def test_what_is_not_tried_any_more_is_a_bounce(subject):
    assert _kind(subject, FAILURES[subject]) == "bounce"
