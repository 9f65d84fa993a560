"""Hints to open pages. A hint says that something changed, never what: the page looks for itself.

Losing one loses nothing; a page that reconnects tells what it has seen and is told what is newer.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

import structlog
from asgiref.sync import async_to_sync
from channels import DEFAULT_CHANNEL_LAYER
from channels.layers import channel_layers, get_channel_layer
from channels_redis.pubsub import RedisPubSubChannelLayer
from channels_redis.utils import _consistent_hash, decode_hosts
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

log = structlog.get_logger(__name__)

PATIENCE = 0.5
"""Seconds that a decision waits for a Redis that does not answer."""
PAUSE = 2.0
"""Seconds without a try after one that failed, so that a dead Redis slows down no more than one."""


@dataclass(frozen=True, slots=True)
class Hint:
    """``about`` is ``inbox``, ``notifications`` or ``instance``; ``sequence`` is the instance's."""

    group: str
    about: str
    id: str
    sequence: int

    def message(self) -> dict[str, Any]:
        """Return what travels over the channel layer."""
        return {
            "type": "hint",
            "group": self.group,
            "about": self.about,
            "id": self.id,
            "sequence": self.sequence,
        }


def user_group(user_id: int) -> str:
    return f"user.{user_id}"


def people_group(group_id: int) -> str:
    return f"group.{group_id}"


def instance_group(instance_id: UUID) -> str:
    return f"instance.{instance_id.hex}"


def publish(hints: Iterable[Hint]) -> None:
    """Send the hints now. Never raises: a page that misses one catches up by itself."""
    messages = [(hint.group, hint.message()) for hint in hints]
    if not messages or not _line.may_try():
        return
    try:
        _send(messages)
    except Exception as error:  # noqa: BLE001 what is told here is committed, whoever hears of it
        _line.failed(error)
    else:
        _line.worked()


Messages = Sequence[tuple[str, dict[str, Any]]]


def _send(messages: Messages) -> None:
    layer = get_channel_layer()
    if isinstance(layer, RedisPubSubChannelLayer):
        sender = _redis_senders.get(layer)
        if sender is None:
            sender = _redis_senders[layer] = _RedisSender(layer)
        sender.send(messages)
        return
    send_now = getattr(layer, "group_send_now", None) or async_to_sync(layer.group_send)
    for group, message in messages:
        send_now(group, message)


class _RedisSender:
    """Speaks as the pub/sub layer does, but from any thread and without an event loop.

    The layer's own way, ``async_to_sync(layer.group_send)``, costs a decision 3 ms; this one costs
    a round trip for all its hints.
    """

    def __init__(self, layer: RedisPubSubChannelLayer) -> None:
        config = channel_layers.configs[DEFAULT_CHANNEL_LAYER].get("CONFIG", {})
        self._serialize = layer.serialize
        self._prefix = config.get("prefix", "asgi")
        self._shards = [_client(host) for host in decode_hosts(config.get("hosts"))]

    def send(self, messages: Messages) -> None:
        batches: dict[int, list[tuple[str, bytes]]] = defaultdict(list)
        for group, message in messages:
            channel = f"{self._prefix}__group__{group}"
            shard = _consistent_hash(channel, len(self._shards))
            batches[shard].append((channel, self._serialize(message)))
        for shard, batch in batches.items():
            with self._shards[shard].pipeline(transaction=False) as pipeline:
                for channel, body in batch:
                    pipeline.publish(channel, body)
                pipeline.execute()


def _client(host: dict[str, Any]) -> Redis:
    options = {
        **host,
        "socket_timeout": PATIENCE,
        "socket_connect_timeout": PATIENCE,
        "retry": Retry(NoBackoff(), 0),
    }
    address = options.pop("address", None)
    return Redis.from_url(address, **options) if address else Redis(**options)


_redis_senders: WeakKeyDictionary[RedisPubSubChannelLayer, _RedisSender] = WeakKeyDictionary()


class _Line:
    """Whether messages get through: says so once when that changes, and rests after a failure."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._dead = False
        self._rest_until = 0.0

    def may_try(self) -> bool:
        if not self._dead:
            return True
        with self._lock:
            now = time.monotonic()
            if now < self._rest_until:
                return False
            # One thread tries; the others go on meanwhile.
            self._rest_until = now + PAUSE
            return True

    def failed(self, error: Exception) -> None:
        with self._lock:
            before, self._dead = self._dead, True
            self._rest_until = time.monotonic() + PAUSE
        if not before:
            log.warning("live_messages_stopped", error=str(error), kind=type(error).__name__)

    def worked(self) -> None:
        if self._dead:
            with self._lock:
                self._dead = False
            log.warning("live_messages_flow_again")


_line = _Line()
