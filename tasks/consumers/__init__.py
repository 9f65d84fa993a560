"""The websocket door: hints to open pages, as they happen."""

from tasks.consumers.live import LiveConsumer

__all__ = ["LiveConsumer"]
