"""What the fields of events are made of."""

from typing import Any

Json = dict[str, Any]
