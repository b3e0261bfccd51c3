"""Encrypt the secrets of second factors, which lay in django-otp's table as they are."""

import django.db.models.deletion
from django.db import migrations, models

from bounces.sources.sealing import seal, unseal

_ELSEWHERE = "sealed"


def seal_secrets(apps, schema_editor):
    app_model = apps.get_model("bounceadmin", "AuthenticatorApp")
    for device in apps.get_model("otp_totp", "TOTPDevice").objects.order_by("pk"):
        app = app_model(totpdevice_ptr_id=device.pk, sealed_key=seal(device.key))
        # The row of its own table alone: the other one is there.
        app.save_base(raw=True, force_insert=True)
        device.key = _ELSEWHERE
        device.save(update_fields=["key"])


def unseal_secrets(apps, schema_editor):
    device_model = apps.get_model("otp_totp", "TOTPDevice")
    for app in apps.get_model("bounceadmin", "AuthenticatorApp").objects.order_by("pk"):
        device_model.objects.filter(pk=app.pk).update(key=unseal(app.sealed_key))


class Migration(migrations.Migration):
    dependencies = [
        ("bounceadmin", "0002_alerts_in_any_language"),
        ("otp_totp", "0003_add_timestamps"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuthenticatorApp",
            fields=[
                (
                    "totpdevice_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="otp_totp.totpdevice",
                    ),
                ),
                ("sealed_key", models.TextField(editable=False)),
            ],
            options={
                "verbose_name": "authenticator app",
                "verbose_name_plural": "authenticator apps",
            },
            bases=("otp_totp.totpdevice",),
        ),
        migrations.RunPython(seal_secrets, unseal_secrets),
    ]
