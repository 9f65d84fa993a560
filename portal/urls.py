"""Every address of the portal, put together from the apps."""

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path

import processes.urls
import tasks.urls
from portal import api_pages, health, tokens

api = [
    *processes.urls.api,
    *tasks.urls.api,
    path("auth/tokens/", tokens.Tokens.as_view(), name="api-tokens"),
    path("auth/tokens/current/", tokens.CurrentToken.as_view(), name="api-token"),
    path("schema/", api_pages.schema, name="api-schema"),
    path("docs/", api_pages.docs, name="api-docs"),
]

urlpatterns = [
    *tasks.urls.pages,
    *processes.urls.pages,
    path("accounts/login/", LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("accounts/logout/", LogoutView.as_view(), name="logout"),
    path("admin/", admin.site.urls),
    path("api/v1/", include(api)),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]

websocket = [*tasks.urls.websocket, *processes.urls.websocket]

handler400 = "portal.problems.bad_request_page"
handler403 = "portal.problems.forbidden_page"
handler404 = "portal.problems.not_found_page"
handler500 = "portal.problems.server_error_page"
