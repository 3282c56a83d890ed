"""The chat page in a real browser: people act on it, and nothing that a message brings can act by itself."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, async_playwright, expect

from bot.sandbox.server import SandboxServer
from bot.sandbox.telegram import GROUP, READER, SECOND_READER, FakeTelegram
from tests.support.browser import FLAGS, PATIENCE_MS, chromium, needs_chromium
from tests.support.telegram import eventually

pytestmark = [needs_chromium, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One browser for all tests of this file."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def page(telegram: FakeTelegram, browser: Browser) -> AsyncIterator[Page]:
    """The page, opened by the first reader; a request to anywhere else fails the test."""
    server = SandboxServer(telegram)
    url = await server.start()
    foreign: list[str] = []
    page = await browser.new_page(viewport={"width": 1000, "height": 800}, reduced_motion="reduce")
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    page.on("pageerror", lambda error: foreign.append(str(error)))

    async def only_ours(route: Route) -> None:
        if not route.request.url.startswith(url):
            foreign.append(route.request.url)
            return await route.abort()
        return await route.continue_()

    await page.route("**/*", only_ours)
    await page.goto(f"{url}/?as={READER}")
    await page.wait_for_selector(".chat")
    yield page
    await page.close()
    await server.stop()
    assert foreign == []


def private(page: Page) -> Any:
    return page.get_by_role("region", name="私聊 AI 日报")


def group(page: Page) -> Any:
    return page.get_by_role("region", name="群 AI News Plus")


def send(telegram: FakeTelegram, chat_id: int, text: str, **params: Any) -> int:
    answer = telegram.call("sendMessage", {"chat_id": chat_id, "text": text} | params)
    assert answer.status == 200, answer.body
    return int(answer.result["message_id"])


def quote(text: str) -> list[dict[str, Any]]:
    return [{"type": "expandable_blockquote", "offset": 0, "length": len(text)}]


async def test_a_newcomer_presses_start_taps_a_button_and_sees_the_message_change(
    page: Page, telegram: FakeTelegram
) -> None:
    """START, a callback, its toast, and the edit in place with its mark."""
    await page.get_by_role("radio", name="老周").click()
    await private(page).get_by_role("button", name="开始").click()
    await eventually(lambda: telegram.messages(SECOND_READER))
    markup = {"inline_keyboard": [[{"text": "🔔 订阅", "callback_data": "v1:sub:"}]]}
    message_id = send(telegram, SECOND_READER, "每天一份日报", reply_markup=markup)
    await private(page).get_by_role("button", name="🔔 订阅").click()
    await eventually(lambda: telegram.updates_pending == 2)
    query = telegram.call("getUpdates").result[1]["callback_query"]

    telegram.call("answerCallbackQuery", {"callback_query_id": query["id"], "text": "明早 8 点见"})
    params = {"chat_id": SECOND_READER, "message_id": message_id, "text": "已订阅"}
    telegram.call("editMessageText", params)

    await expect(private(page).get_by_role("status")).to_have_text("明早 8 点见")
    await expect(private(page).get_by_text("已订阅")).to_be_visible()
    await expect(private(page).get_by_text("已编辑")).to_be_visible()
    await expect(private(page).get_by_role("button", name="🔔 订阅")).to_have_count(0)


async def test_links_into_telegram_act_inside_of_the_page(page: Page, telegram: FakeTelegram) -> None:
    """A deep link starts the bot with its payload; a link to a message goes there."""
    link = {"text": "🏷 只看我关心的", "url": "https://t.me/ai_daily_sandbox_bot?start=tags"}
    entity = {"type": "text_link", "offset": 0, "length": 2, "url": "https://t.me/ai_news_plus/2"}
    markup = {"inline_keyboard": [[link]]}
    send(telegram, GROUP, "目录", entities=[entity], reply_markup=markup)
    send(telegram, GROUP, "第二节\n" * 60)

    await group(page).get_by_role("button", name="🏷 只看我关心的").click()
    await eventually(lambda: telegram.messages(READER)[-1].text == "/start tags")
    await group(page).get_by_role("link", name="目录").click()

    await expect(group(page).locator("[data-id='2']")).to_have_class("message is-last is-flashing")


async def test_a_reply_is_written_to_the_message_it_answers(page: Page, telegram: FakeTelegram) -> None:
    """Reply, write, Enter."""
    message_id = send(telegram, READER, "今天的")
    row = private(page).locator(f"[data-id='{message_id}']")
    await row.hover()
    await row.get_by_role("button", name="回复这条消息").click()
    await page.keyboard.type("/broadcast")
    await page.keyboard.press("Enter")
    await eventually(lambda: telegram.messages(READER)[-1].text == "/broadcast")
    assert telegram.messages(READER)[-1].reply_to == message_id


async def test_a_long_quote_is_folded_to_three_lines_until_it_is_opened(page: Page, telegram: FakeTelegram) -> None:
    """A short one has nothing to open."""
    text = "\n".join(f"第{line}行" for line in range(9))
    send(telegram, READER, text, entities=quote(text))
    short = send(telegram, READER, "一行", entities=quote("一行"))
    folded = private(page).locator(".quote").first
    await expect(folded).to_have_class("quote is-folded is-long")
    before = (await folded.bounding_box())["height"]

    await folded.get_by_role("button", name="展开").click()

    assert (await folded.bounding_box())["height"] > 2 * before
    await expect(private(page).locator(f"[data-id='{short}']").get_by_role("button", name="展开")).to_have_count(0)


async def test_words_that_look_like_a_page_stay_words(page: Page, telegram: FakeTelegram) -> None:
    """No markup, no script and no odd scheme of a message comes to life."""
    evil = "<img src=x onerror=document.title='gone'><script>document.title='gone'</script>"
    markup = {"inline_keyboard": [[{"text": evil, "url": "tg://resolve?domain=x"}]]}
    send(telegram, READER, evil, reply_markup=markup)
    telegram.send_text(READER, GROUP, evil)
    telegram.add_user(READER, evil[:60])
    blocks = [
        {"type": "paragraph", "text": [evil, {"type": "url", "text": "x", "url": "javascript:document.title='gone'"}]}
    ]
    telegram.call("sendRichMessage", {"chat_id": READER, "rich_message": {"blocks": blocks}})

    await expect(private(page).get_by_text(evil).first).to_be_visible()
    await expect(group(page).get_by_text(evil).first).to_be_visible()

    assert await page.locator("img[src=x], .message script, a[href^=javascript]").count() == 0
    assert await page.title() == "AI 日报 · 沙盒"


async def test_a_word_behind_the_bots_name_offers_its_answers_and_a_click_sends_one(
    page: Page, telegram: FakeTelegram
) -> None:
    """Inline mode as in Telegram; a button that shares fills the group's line."""
    button = {"text": "分享", "switch_inline_query_chosen_chat": {"query": "20260206_3"}}
    send(telegram, READER, "一条", reply_markup={"inline_keyboard": [[button]]})
    await private(page).get_by_role("button", name="分享").click()
    await eventually(lambda: telegram.world.questions)
    (query_id,) = telegram.world.questions
    content = {"message_text": "标题\n正文", "entities": [{"type": "bold", "offset": 0, "length": 2}]}
    keyboard = {"inline_keyboard": [[{"text": "打开", "url": "https://example.com"}]]}
    card = {"type": "article", "id": "1", "title": "标题", "description": "<b>一行", "reply_markup": keyboard}
    results = [card | {"input_message_content": content}]
    telegram.call("answerInlineQuery", {"inline_query_id": query_id, "results": results})
    await group(page).get_by_role("menuitem", name="标题").click()

    sent = group(page).get_by_role("article").last
    await expect(sent).to_contain_text("via @ai_daily_sandbox_bot")
    await expect(sent.locator("b, strong")).to_contain_text("标题")
    await expect(sent.get_by_role("button", name="打开")).to_be_visible()
    await expect(group(page).get_by_role("textbox")).to_have_value("")


async def test_a_cover_is_never_fetched(page: Page, telegram: FakeTelegram) -> None:
    """The large preview stands above the text with a picture of the page's own."""
    preview = {"url": "https://cdn.example.com/c.jpg", "prefer_large_media": True, "show_above_text": True}
    send(telegram, GROUP, "日报", link_preview_options=preview)
    card = group(page).locator(".preview.is-large.is-above")
    await expect(card.locator("svg")).to_be_visible()
    await expect(card).to_contain_text("cdn.example.com")
    assert await card.get_attribute("rel") == "noopener noreferrer"


async def test_a_thousand_messages_are_all_there_and_the_end_is_in_sight(page: Page, telegram: FakeTelegram) -> None:
    """So many at once that the page reads everything anew; it ends up at the end, and going up shows the way back."""
    for number in range(1_001):
        telegram.send_text(READER, GROUP, f"第 {number} 条")
    await expect(group(page).get_by_text("第 1000 条")).to_be_in_viewport()
    await expect(group(page).locator(".message")).to_have_count(1_001)

    await group(page).locator(".scroll").evaluate("node => { node.scrollTop = -node.scrollHeight; }")
    await group(page).get_by_role("button", name="到最新消息").click()
    await expect(group(page).get_by_text("第 1000 条")).to_be_in_viewport()


async def test_a_narrow_window_has_a_tab_for_each_chat(page: Page, telegram: FakeTelegram) -> None:
    """One chat at a time, with a count of what is new in the other."""
    await page.set_viewport_size({"width": 400, "height": 800})
    send(telegram, GROUP, "日报")
    tab = page.get_by_role("tab", name="群")
    await expect(tab).to_contain_text("1")
    await tab.click()
    await expect(group(page).get_by_role("article")).to_contain_text("日报")
    await expect(group(page).get_by_role("article")).to_be_in_viewport()
    await expect(private(page)).to_be_hidden()


async def test_a_person_adds_the_bot_to_a_group_and_a_channel_of_their_own(page: Page, telegram: FakeTelegram) -> None:
    """Each is a column with what happens there; nobody but the bot writes in the channel."""
    telegram.start(READER)
    for words in ("建群", "建频道"):
        await private(page).get_by_role("button", name="更多").click()
        await private(page).get_by_role("button", name=words).click()
    club = page.get_by_role("region", name="群 小林的群")
    channel = page.get_by_role("region", name="频道 小林的频道")
    await expect(channel).to_be_visible()
    await expect(channel.get_by_role("textbox")).to_be_hidden()
    await club.get_by_role("textbox").fill("/settings")
    await club.get_by_role("textbox").press("Enter")
    await expect(club.get_by_role("article")).to_contain_text("/settings")

    added = [update["my_chat_member"] for update in telegram.call("getUpdates").result if "my_chat_member" in update]
    assert [(one["chat"]["type"], one["from"]["id"]) for one in added] == [("supergroup", READER), ("channel", READER)]
