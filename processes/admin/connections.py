"""Connections: the outside systems that definitions may name."""

from django.contrib import admin
from django.db import models

from processes.admin.base import Page
from processes.models import Connection


@admin.register(Connection)
class ConnectionAdmin(Page):
    list_display = ("name", "key", "base_url")
    search_fields = ("name", "key")
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    prepopulated_fields = {"key": ("name",)}
