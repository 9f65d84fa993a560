"""The administration as a whole: its first page, and the parts that belong to no app of ours."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from portal.admin import schedules, sign_in

admin.site.index_title = _("Overview")
admin.site.login = sign_in.to_the_portal  # type: ignore[method-assign]

__all__ = ["schedules", "sign_in"]
