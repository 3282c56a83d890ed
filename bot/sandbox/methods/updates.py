"""Methods that bring updates to the bot. Waiting is the door's affair: `getUpdates` here never waits."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.answers import WEBHOOK_IS_SET, bad_request
from bot.sandbox.parameters import Parameters
from bot.sandbox.world import World

BATCH_LIMIT = 100
WEBHOOK_PORTS = (443, 80, 88, 8443)


def get_updates(world: World, params: Parameters) -> Any:
    """https://core.telegram.org/bots/api#getupdates"""
    if world.profile.webhook:
        raise WEBHOOK_IS_SET
    _allow(world, params)
    limit = min(max(params.whole("limit", BATCH_LIMIT), 1), BATCH_LIMIT)
    return world.mailbox.read(params.whole("offset"), limit, world.clock())


def set_webhook(world: World, params: Parameters) -> Any:
    """https://core.telegram.org/bots/api#setwebhook; an empty address removes it."""
    url = params.text("url")
    if params.flag("drop_pending_updates"):
        world.mailbox.clear()
    if url:
        _check_webhook(url)
    _allow(world, params)
    world.profile.webhook = {"url": url, "secret": params.text("secret_token")} if url else {}
    return True


def delete_webhook(world: World, params: Parameters) -> Any:
    """https://core.telegram.org/bots/api#deletewebhook"""
    if params.flag("drop_pending_updates"):
        world.mailbox.clear()
    world.profile.webhook = {}
    return True


def get_webhook_info(world: World, _: Parameters) -> Any:
    """https://core.telegram.org/bots/api#getwebhookinfo"""
    info = {"url": world.profile.webhook.get("url", ""), "has_custom_certificate": False}
    info["pending_update_count"] = len(world.mailbox)
    return info | ({"allowed_updates": world.mailbox.allowed} if world.mailbox.allowed else {})


def _allow(world: World, params: Parameters) -> None:
    kinds = params.structure("allowed_updates", "allowed updates")
    if isinstance(kinds, list):
        world.mailbox.allow([str(kind) for kind in kinds])


def _check_webhook(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if (parts.port or 443) not in WEBHOOK_PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")


METHODS = {
    "getupdates": get_updates,
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
    "getwebhookinfo": get_webhook_info,
}
