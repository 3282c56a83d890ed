"""Methods by which the bot describes itself: name, commands, descriptions, menu button."""

from __future__ import annotations

import json
import re
from typing import Any

from bot.sandbox.answers import bad_request
from bot.sandbox.parameters import Parameters
from bot.sandbox.people import ADMINISTRATORS, Chat
from bot.sandbox.world import Event, Profile, World

COMMAND_LIMIT = 100
DESCRIPTION_LIMIT = 256
_TEXT_LIMITS = {"name": 64, "description": 512, "short_description": 120}
_SCOPES = {
    "default": (), "all_private_chats": (), "all_group_chats": (), "all_chat_administrators": (),
    "chat": ("chat_id",), "chat_administrators": ("chat_id",), "chat_member": ("chat_id", "user_id"),
}  # fmt: skip


def get_me(world: World, _: Parameters) -> Any:
    """https://core.telegram.org/bots/api#getme"""
    return world.bot.json() | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": True,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def set_my_commands(world: World, params: Parameters) -> Any:
    """https://core.telegram.org/bots/api#setmycommands"""
    commands = params.structure("commands", "commands")
    if not isinstance(commands, list):
        raise bad_request("Can't parse commands JSON object")
    if len(commands) > COMMAND_LIMIT:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    world.profile.commands[_scope(world, params), params.text("language_code")] = [_command(each) for each in commands]
    world.emit(Event("profile"))
    return True


def get_my_commands(world: World, params: Parameters) -> Any:
    """https://core.telegram.org/bots/api#getmycommands"""
    return world.profile.commands.get((_scope(world, params), params.text("language_code")), [])


def delete_my_commands(world: World, params: Parameters) -> Any:
    """https://core.telegram.org/bots/api#deletemycommands"""
    world.profile.commands.pop((_scope(world, params), params.text("language_code")), None)
    world.emit(Event("profile"))
    return True


def _command(data: object) -> dict[str, str]:
    if not isinstance(data, dict):
        raise bad_request("Can't parse BotCommand: expected an Object")
    command, description = str(data.get("command", "")).removeprefix("/"), str(data.get("description", ""))
    if not re.fullmatch(r"[a-z0-9_]{1,32}", command):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= DESCRIPTION_LIMIT:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": command, "description": description}


def _scope(world: World, params: Parameters) -> str:
    scope = params.mapping("scope", "BotCommandScope")
    kind = str(scope.get("type", "default"))
    if kind not in _SCOPES:
        raise bad_request("Can't parse BotCommandScope: Unsupported type specified")
    values = {name: scope.get(name) for name in _SCOPES[kind]}
    if "chat_id" in values:
        values["chat_id"] = world.find_chat(values["chat_id"]).id
    return scope_key(kind, **values)


def scope_key(kind: str, **values: Any) -> str:
    """The name under which a scope's commands are kept."""
    return json.dumps([kind, *values.values()])


def commands_for(profile: Profile, chat: Chat, user_id: int, language: str) -> list[dict[str, str]]:
    """The command menu that this person sees in this chat: the narrowest scope that has any.

    Source: https://core.telegram.org/bots/api#determining-list-of-commands
    """
    for scope in [*_scopes_of(chat, user_id), scope_key("default")]:
        for code in (language[:2], ""):
            if found := profile.commands.get((scope, code)):
                return found
    return []


def _scopes_of(chat: Chat, user_id: int) -> list[str]:
    in_chat = scope_key("chat", chat_id=chat.id)
    if chat.is_private:
        return [in_chat, scope_key("all_private_chats")]
    of_member = scope_key("chat_member", chat_id=chat.id, user_id=user_id)
    if chat.membership(user_id) not in ADMINISTRATORS:
        return [of_member, in_chat, scope_key("all_group_chats")]
    of_admins = scope_key("chat_administrators", chat_id=chat.id)
    return [of_member, of_admins, in_chat, scope_key("all_chat_administrators"), scope_key("all_group_chats")]


def _set_text(name: str) -> Any:
    def method(world: World, params: Parameters) -> Any:
        text = params.text(name)
        if len(text) > _TEXT_LIMITS[name]:
            raise bad_request(f"Bot {name.replace('_', ' ')} is too long")
        world.profile.texts[name, params.text("language_code")] = text
        world.emit(Event("profile"))
        return True

    return method


def _get_text(name: str) -> Any:
    def method(world: World, params: Parameters) -> Any:
        default = world.bot.first_name if name == "name" else ""
        texts = world.profile.texts
        return {name: texts.get((name, params.text("language_code"))) or texts.get((name, "")) or default}

    return method


def set_chat_menu_button(world: World, params: Parameters) -> Any:
    """https://core.telegram.org/bots/api#setchatmenubutton"""
    button = params.mapping("menu_button", "MenuButton") or {"type": "default"}
    if str(button.get("type")) not in ("commands", "web_app", "default"):
        raise bad_request("Can't parse MenuButton: Unsupported type specified")
    chat_id = world.find_chat(params.raw("chat_id")).id if params.has("chat_id") else None
    world.profile.menu_buttons[chat_id] = button
    return True


def get_chat_menu_button(world: World, params: Parameters) -> Any:
    """https://core.telegram.org/bots/api#getchatmenubutton"""
    chat_id = world.find_chat(params.raw("chat_id")).id if params.has("chat_id") else None
    buttons = world.profile.menu_buttons
    return buttons.get(chat_id) or buttons.get(None) or {"type": "commands"}


METHODS = {
    "getme": get_me,
    "setmycommands": set_my_commands,
    "getmycommands": get_my_commands,
    "deletemycommands": delete_my_commands,
    "setmyname": _set_text("name"),
    "getmyname": _get_text("name"),
    "setmydescription": _set_text("description"),
    "getmydescription": _get_text("description"),
    "setmyshortdescription": _set_text("short_description"),
    "getmyshortdescription": _get_text("short_description"),
    "setchatmenubutton": set_chat_menu_button,
    "getchatmenubutton": get_chat_menu_button,
}
