"""The portal as an ASGI application: pages and REST over HTTP, live hints over websockets."""

import gc
import os

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import re_path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
http = get_asgi_application()

# The apps' modules import models, so they come after Django is set up.
from portal.limits import BodyLimit, Utf8Only  # noqa: E402
from portal.urls import websocket  # noqa: E402
from tasks.consumers.guard import OwnPagesOnly, SignedInConsumer  # noqa: E402

# Where there is nothing, the consumer that lets nobody in answers.
addresses = [*websocket, re_path("", SignedInConsumer.as_asgi())]

application = ProtocolTypeRouter(
    {
        "http": Utf8Only(BodyLimit(http)),
        "websocket": OwnPagesOnly(URLRouter(addresses)),
    }
)

# What is loaded by now stays. Looking through it in every full collection held up requests and
# open pages for a tenth of a second.
gc.collect()
gc.freeze()
