"""Addresses of the web application."""

from django.contrib import admin
from django.urls import path
from django.views.generic import RedirectView

from bounceadmin import theme, views
from bounceadmin.api.root import api
from bounceadmin.logins import pages
from bounceadmin.logins.forgotten import pages as forgotten
from bounceadmin.preferences import preferences
from bounceadmin.privacy import pages as person
from bounces.sources.webhooks.views import receive

urlpatterns = [
    # Most come by a shorter way: machines.py.
    path("hooks/<str:token>/", receive, name="webhook"),
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/address/", admin.site.admin_view(views.address), name="address"),
    path("admin/address/export/", admin.site.admin_view(person.export), name="export_person"),
    path("admin/address/erase/", admin.site.admin_view(person.erase), name="erase_person"),
    path("admin/start/", admin.site.admin_view(views.start), name="start"),
    path("admin/me/", admin.site.admin_view(preferences), name="preferences"),
    path("admin/second-factor/", admin.site.admin_view(pages.manage), name="second-factor"),
    path("admin/second-factor/code/", pages.verify, name="second-factor-verify"),
    path("admin/password/forgotten/", forgotten.Asking.as_view(), name="password-forgotten"),
    path("admin/password/asked/", forgotten.Asked.as_view(), name="password-asked"),
    path(
        "admin/password/new/<str:uidb64>/<str:token>/",
        forgotten.Setting.as_view(),
        name="password-new",
    ),
    path("admin/password/changed/", forgotten.Changed.as_view(), name="password-changed"),
    path("theme.css", theme.stylesheet, name="theme"),
    path("admin/", admin.site.urls),
    path("api/v1/", api.urls),
]

handler400 = "bounceadmin.errors.bad_request"
handler403 = "bounceadmin.errors.permission_denied"
handler404 = "bounceadmin.errors.not_found"
handler500 = "bounceadmin.errors.server_error"
