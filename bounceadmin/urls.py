"""Addresses of the web application."""

from django.contrib import admin
from django.urls import path
from django.views.generic import RedirectView

from bounceadmin import theme, views
from bounceadmin.api.root import api
from bounceadmin.preferences import preferences

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/address/", admin.site.admin_view(views.address), name="address"),
    path("admin/me/", admin.site.admin_view(preferences), name="preferences"),
    path("theme.css", theme.stylesheet, name="theme"),
    path("admin/", admin.site.urls),
    path("api/v1/", api.urls),
]
