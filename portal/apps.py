"""The composition root as a Django app, so that its commands and static files are found."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Placet's house: settings, addresses, both ways to run."""

    name = "portal"
    verbose_name = "Placet"

    def ready(self) -> None:
        """Make our Celery application the current one, wherever a job is sent from."""
        from portal import celery, checks  # noqa: F401
