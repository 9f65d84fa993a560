"""The pages whose markup is not ours get a looser content security policy; no others do."""

from collections.abc import Callable

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse_lazy

# Unfold evaluates Alpine expressions and styles elements in place. Inline scripts stay forbidden.
ADMIN = {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}
# Swagger UI styles elements in place.
API_DOCS = {"style-src": [SELF, UNSAFE_INLINE]}


class LooserPolicyForVendorPages:
    """Middleware: loosen the policy below the admin's address and for the API's docs page."""

    sync_capable = True
    async_capable = False

    pages = ((reverse_lazy("admin:index"), ADMIN), (reverse_lazy("api-docs"), API_DOCS))

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Mark the response, so that the policy's own middleware writes the looser header."""
        response = self.get_response(request)
        for address, policy in self.pages:
            if request.path.startswith(str(address)):
                response._csp_replace = policy  # type: ignore[attr-defined]
        return response
