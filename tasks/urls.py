"""Addresses of this app, by door; portal.urls puts them together."""

from django.urls import URLPattern, URLResolver, path
from django.views.generic import RedirectView

from tasks import views
from tasks.api import routes
from tasks.consumers import LiveConsumer

pages: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="inbox"), name="home"),
    path("inbox/", views.inbox, name="inbox"),
    path("tasks/<uuid:task_id>/", views.task, name="task"),
    path("tasks/<uuid:task_id>/diagram.bpmn", views.diagram, name="task_diagram"),
    path("tasks/<uuid:task_id>/complete/", views.complete, name="complete_task"),
    path("tasks/<uuid:task_id>/comment/", views.comment, name="comment_task"),
    path("tasks/<uuid:task_id>/move/<str:action>/", views.move, name="move_task"),
    path("tasks/<uuid:task_id>/hand-over/<str:action>/", views.hand_over, name="hand_over_task"),
    path("started/", views.started, name="started"),
    path("instances/<uuid:instance_id>/", views.instance, name="instance"),
    path("absence/", views.absence, name="absence"),
    path("absence/<int:absence_id>/end/", views.end_absence, name="end_absence"),
]
api: list[URLPattern | URLResolver] = routes
websocket: list[URLPattern | URLResolver] = [path("ws/live/", LiveConsumer.as_asgi())]
