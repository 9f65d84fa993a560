"""The REST door of the engine: processes, their instances and history, and what operators do."""

from django.urls import URLPattern, URLResolver, path, re_path

from processes.api import incidents, instances, processes

KEY = r"(?P<key>[\w.-]{1,100})"

routes: list[URLPattern | URLResolver] = [
    path("processes/", processes.Processes.as_view(), name="api-processes"),
    re_path(rf"^processes/{KEY}/\Z", processes.OneProcess.as_view(), name="api-process"),
    re_path(rf"^processes/{KEY}/instances/\Z", processes.Start.as_view(), name="api-start"),
    path("instances/", instances.Instances.as_view(), name="api-instances"),
    path("instances/<uuid:instance_id>/", instances.OneInstance.as_view(), name="api-instance"),
    path("instances/<uuid:instance_id>/history/", instances.History.as_view(), name="api-history"),
    path("instances/<uuid:instance_id>/cancel/", instances.Cancel.as_view(), name="api-cancel"),
    path("incidents/", incidents.Incidents.as_view(), name="api-incidents"),
    path("incidents/<uuid:incident_id>/retry/", incidents.Retry.as_view(), name="api-retry"),
]
