"""What several models share."""

from typing import Any

from django.db import models
from django_fsm import FSMField


class StateModel(models.Model):
    """A row with protected states, which Django's refresh would stumble over."""

    class Meta:
        abstract = True

    def refresh_from_db(
        self, using: str | None = None, fields: Any = None, from_queryset: Any = None
    ) -> None:
        concrete = self._meta.concrete_fields
        if fields is None:
            fields = [field.attname for field in concrete]
            self._prefetched_objects_cache: dict[str, Any] = {}
        for field in concrete:
            if isinstance(field, FSMField) and field.attname in fields:
                self.__dict__.pop(field.attname, None)
        super().refresh_from_db(using, fields, from_queryset)
