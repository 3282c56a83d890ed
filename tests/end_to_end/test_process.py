"""The real process against the sandbox, over HTTP, with the real polling code."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.process import ADMIN, GROUP, NEWCOMER, READER, ROOT, Sandbox, sandbox

DROPPED = """---
title: 丢进来的一期
date: 2026-02-06
category: AI 日报
tags: ["AI","AI 日报"]
summary: "- 量子计算机学会了打乒乓\\n- 一座数据中心搬进了山洞"
---
## 新鲜事

### [量子计算机学会了打乒乓](https://example.org/pingpong)

实验室里的量子计算机赢了一局，对手是一台扫地机器人。

- **比分**：11 比 9
- **球拍**：超导材料

### [宇树机器人送来了早餐](https://example.org/breakfast)

一台人形机器人端着豆浆走过三条街，没有洒出一滴，路人纷纷停下来看。

**深度解读 & 洞察：**
走得稳比走得快更难，机器人走进生活靠的正是这种不起眼的本事。

## 更多动态

- [一座数据中心搬进了山洞](https://example.org/cave)，夏天不用开空调
- [某城给路灯装上了小模型](https://example.org/lamp)，只在有人时变亮
- [图书馆用智能体整理旧报纸](https://example.org/library)，一个月读完了三十年
"""


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    folder = tmp_path / "posts"
    shutil.copytree(ROOT / "posts", folder)
    return folder


@pytest.fixture
def playing(tmp_path: Path, posts: Path) -> Iterator[Sandbox]:
    with sandbox(tmp_path, posts) as running:
        yield running


def test_a_newcomer_sees_a_digest_in_the_group_and_in_private_though_another_is_broken(
    playing: Sandbox, posts: Path
) -> None:
    """The admin reads what is wrong with that one and the group reads nothing of it; then opening the page is enough:
    the newest digest arrives in both chats, as sections there and as a card here."""
    playing.send(ADMIN, "/start")
    playing.await_button(ADMIN, "订阅")
    (posts / "broken.md").write_text("---\n- 坏的\n---\n## 一节\n\n### 一件坏事\n\n文。\n", "utf-8")
    playing.await_text(ADMIN, "broken.md")
    assert not playing.messages(GROUP)
    playing.tap(ADMIN, "预览")
    playing.await_text(ADMIN, "这是勉强排的")

    playing.open_page()
    playing.await_text(GROUP, "更多动态")
    playing.await_button(READER, "全文发我")
    assert not any("坏事" in text for text in playing.texts(GROUP))


def test_a_dropped_digest_is_published_searched_filtered_and_broadcast_about(playing: Sandbox, posts: Path) -> None:
    """One digest through everything that the bot is for."""
    playing.send(NEWCOMER, "/start")
    playing.tap(NEWCOMER, "订阅")
    playing.await_text(NEWCOMER, "已订阅")

    playing.send(ADMIN, "/start")
    playing.await_button(ADMIN, "订阅")
    club = playing.found(ADMIN, "读书会")
    playing.send(ADMIN, "/settings", club)
    playing.follow(ADMIN, club, "打开设置")
    playing.tap(ADMIN, "发到这里")
    playing.await_button(ADMIN, "停发")
    playing.tap(ADMIN, "○ 目录")
    playing.await_button(ADMIN, "● 目录")

    (posts / "2026-02-05-dropped.md").write_text(DROPPED, "utf-8")
    playing.await_text(GROUP, "量子计算机学会了打乒乓")
    playing.await_text(NEWCOMER, "丢进来的一期")
    assert "搬进了山洞" in playing.await_text(GROUP, "【2/2】更多动态")["text"]
    playing.await_text(club, "丢进来的一期")
    assert not any("【2/2】" in text for text in playing.texts(club))

    playing.tap(NEWCOMER, "新鲜事")
    playing.await_text(NEWCOMER, "没有洒出一滴")

    playing.send(NEWCOMER, "/search 乒乓")
    playing.await_text(NEWCOMER, "乒乓 · 1 条")

    playing.send(NEWCOMER, "/tags")
    playing.tap(NEWCOMER, "机器人")
    playing.await_button(NEWCOMER, "✅ 机器人")
    playing.send(NEWCOMER, "/today")
    playing.await_text(NEWCOMER, "按你的标签送 ")

    playing.send(ADMIN, "/broadcast 今晚十点停机五分钟")
    playing.tap(ADMIN, "确认群发")
    playing.await_text(NEWCOMER, "今晚十点停机五分钟")
    playing.await_text(READER, "今晚十点停机五分钟")
    playing.await_text(ADMIN, "已送达 2")
