"""The REST door of the engine: processes, instances, messages, jobs, operating."""

from django.urls import URLPattern, URLResolver, path, re_path

from processes.api import incidents, instances, jobs, messages, processes, versions

KEY = r"(?P<key>[\w.-]{1,100})"

routes: list[URLPattern | URLResolver] = [
    path("processes/", processes.Processes.as_view(), name="api-processes"),
    re_path(rf"^processes/{KEY}/\Z", processes.OneProcess.as_view(), name="api-process"),
    re_path(rf"^processes/{KEY}/instances/\Z", processes.Start.as_view(), name="api-start"),
    re_path(
        rf"^processes/{KEY}/versions/(?P<number>[1-9][0-9]{{0,8}})/\Z",
        versions.OneVersion.as_view(),
        name="api-version",
    ),
    path("instances/", instances.Instances.as_view(), name="api-instances"),
    path("instances/<uuid:instance_id>/", instances.OneInstance.as_view(), name="api-instance"),
    path("instances/<uuid:instance_id>/history/", instances.History.as_view(), name="api-history"),
    path("instances/<uuid:instance_id>/cancel/", instances.Cancel.as_view(), name="api-cancel"),
    path("messages/", messages.SendMessage.as_view(), name="api-send-message"),
    path("signals/", messages.SendSignal.as_view(), name="api-send-signal"),
    path("jobs/activate/", jobs.Activate.as_view(), name="api-activate-jobs"),
    path("jobs/<uuid:job_id>/complete/", jobs.Complete.as_view(), name="api-complete-job"),
    path("jobs/<uuid:job_id>/fail/", jobs.Fail.as_view(), name="api-fail-job"),
    path("incidents/", incidents.Incidents.as_view(), name="api-incidents"),
    path("incidents/<uuid:incident_id>/retry/", incidents.Retry.as_view(), name="api-retry"),
]
