"""The REST door to people's work: what is asked, and answering it."""

from django.urls import URLPattern, URLResolver, path

from tasks.api import reading, verbs

routes: list[URLPattern | URLResolver] = [
    path("tasks/", reading.Tasks.as_view(), name="api-tasks"),
    path("tasks/<uuid:task_id>/", reading.OneTask.as_view(), name="api-task"),
    path("tasks/<uuid:task_id>/claim/", verbs.Claim.as_view(), name="api-claim"),
    path("tasks/<uuid:task_id>/start/", verbs.Start.as_view(), name="api-start-task"),
    path("tasks/<uuid:task_id>/stop/", verbs.Stop.as_view(), name="api-stop"),
    path("tasks/<uuid:task_id>/release/", verbs.Release.as_view(), name="api-release"),
    path("tasks/<uuid:task_id>/delegate/", verbs.Delegate.as_view(), name="api-delegate"),
    path("tasks/<uuid:task_id>/forward/", verbs.Forward.as_view(), name="api-forward"),
    path("tasks/<uuid:task_id>/reassign/", verbs.Reassign.as_view(), name="api-reassign"),
    path("tasks/<uuid:task_id>/complete/", verbs.Complete.as_view(), name="api-complete"),
    path("tasks/<uuid:task_id>/comments/", reading.Comments.as_view(), name="api-comments"),
]
