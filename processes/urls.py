"""Addresses of this app, by door; portal.urls puts them together."""

from django.urls import URLPattern, URLResolver, path

from processes import views
from processes.api import routes

pages: list[URLPattern | URLResolver] = [
    path("start/", views.start, name="start"),
    path("start/<str:key>/", views.start_process, name="start_process"),
    path("instances/<uuid:instance_id>/diagram.bpmn", views.diagram, name="diagram"),
]
api: list[URLPattern | URLResolver] = routes
websocket: list[URLPattern | URLResolver] = []
