"""Addresses of this app, by door; portal.urls puts them together."""

from django.urls import URLPattern, URLResolver, path
from django.views.generic import RedirectView

from tasks import views
from tasks.api import routes
from tasks.consumers import LiveConsumer
from tasks.views import feeds, push, telling

pages: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="inbox"), name="home"),
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/filters/", views.save_filter, name="save_filter"),
    path("inbox/filters/<int:filter_id>/delete/", views.delete_filter, name="delete_filter"),
    path("tasks/<uuid:task_id>/", views.task, name="task"),
    path("tasks/<uuid:task_id>/diagram.bpmn", views.diagram, name="task_diagram"),
    path("tasks/<uuid:task_id>/complete/", views.complete, name="complete_task"),
    path("tasks/<uuid:task_id>/comment/", views.comment, name="comment_task"),
    path("tasks/<uuid:task_id>/move/<str:action>/", views.move, name="move_task"),
    path("tasks/<uuid:task_id>/do/<str:action>/", views.act, name="do_task"),
    path("tasks/<uuid:task_id>/draft/", views.draft, name="draft_task"),
    path("tasks/<uuid:task_id>/attach/", views.attach, name="attach_task"),
    path("attachments/<uuid:attachment_id>/", views.attachment, name="attachment"),
    path("calendar/<str:secret>.ics", feeds.calendar, name="calendar_feed"),
    path("calendar/renew/", feeds.renew, name="renew_calendar_feed"),
    path("calendar/revoke/", feeds.revoke, name="revoke_calendar_feed"),
    path("push-worker.js", push.worker, name="push_worker"),
    path("started/", views.started, name="started"),
    path("instances/<uuid:instance_id>/", views.instance, name="instance"),
    path("instances/<uuid:instance_id>/withdraw/", views.withdraw, name="withdraw_request"),
    path("absence/", views.absence, name="absence"),
    path("absence/<int:absence_id>/end/", views.end_absence, name="end_absence"),
    path("go/<str:token>", telling.go, name="go"),
    path("notifications/", telling.notifications, name="notifications"),
    path("notifications/read/", telling.read_all, name="read_all_notifications"),
    path("notifications/<int:notification_id>/", telling.read_one, name="read_notification"),
    path("notifications/settings/", telling.settings_page, name="notification_settings"),
    path("notifications/settings/chat/", telling.chat_hook, name="chat_hook"),
]
api: list[URLPattern | URLResolver] = routes
websocket: list[URLPattern | URLResolver] = [path("ws/live/", LiveConsumer.as_asgi())]
