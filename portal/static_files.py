"""Static files from the portal's own process."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(WhiteNoiseMiddleware):
    """WhiteNoise for ASGI: Django reads a streamed file into memory there, and warns each time."""

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> HttpResponse:
        """Answer with the file, or with 304 or a range of it where that was asked for."""
        answer = static_file.get_response(request.method, request.META)
        content = b""
        if answer.file is not None:
            with answer.file as file:
                content = file.read()
        response = HttpResponse(content, status=int(answer.status))
        del response["Content-Type"]
        for name, value in answer.headers:
            response[name] = value
        return response


class CollectedFiles(CompressedManifestStaticFilesStorage):
    """Collected files, each under a name with its hash, and compressed."""

    def hashed_name(self, name: str, content: Any = None, filename: str | None = None) -> str:
        """Return the name with its hash, or as it is for a file that is not there.

        Packages name source maps and pictures in their style sheets that we do not serve.
        """
        try:
            return super().hashed_name(name, content, filename)
        except ValueError:
            return name
