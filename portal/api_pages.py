"""The API's description, for programs and for people."""

from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_required
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response


class SchemaView(SpectacularAPIView):
    """The description itself, as YAML or JSON."""

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        """Return the description; it is the same for everybody."""
        return Response(_document())

    def handle_exception(self, exc: Exception) -> Response:
        """Tell of problems in JSON, whatever the description would have been in."""
        self.request.accepted_renderer = JSONRenderer()
        return super().handle_exception(exc)


@cache
def _document() -> dict[str, Any]:
    with translation.override("en"):
        document: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
        return document


schema = SchemaView.as_view()
docs = login_required(SpectacularSwaggerSplitView.as_view(url_name="api-schema"))
