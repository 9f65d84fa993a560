"""Who will be asked next, as far as the definition tells."""

from datetime import datetime

from processes.core import state as st
from processes.core.forecast import Ahead
from processes.core.forecast import forecast as ahead
from processes.models import Instance
from processes.store import graph_of


def forecast(instance: Instance, *, now: datetime) -> list[Ahead]:
    """Return the steps that will ask people after those that are open now. Writes nothing."""
    return ahead(graph_of(instance.version_id), st.load(instance.state), now=now)
