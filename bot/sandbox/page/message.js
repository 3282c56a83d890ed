// One message: bubble, previews, keyboard.

import { clock, element, icon, placeholder, tint } from "./dom.js";
import { rich } from "./rich.js";
import { formatted, link } from "./text.js";

const WAITING_MS = 15_000;

/** The row of a message. `actions`: follow, command, tap(message, data), reply(message), show(message id), share(query). */
export function messageRow(message, { me, isGroup }, actions) {
  const isOut = message.from.id === me;
  const row = element("article", {
    class: `message${isOut ? " is-out" : ""}`, "data-id": message.message_id, "data-from": message.from.id,
    "aria-label": `${message.from.first_name}，${clock(message.date)}`,
  });
  if (isGroup && !isOut) row.append(face(message.from));
  row.append(body(message, isOut, isGroup, actions));
  row.append(element("button", {
    class: "reply-button", type: "button", "aria-label": "回复这条消息", title: "回复", onclick: () => actions.reply(message),
  }, icon("reply")));
  return row;
}

/** A round face: the bot's icon, or a person's initial. */
export function face(user) {
  if (user.is_bot) return element("div", { class: "avatar", "aria-hidden": "true" }, element("img", { src: "/page/icon.svg", alt: "" }));
  return element("div", { class: "avatar", "data-tint": 1 + tint(user.id, 4), "aria-hidden": "true", text: user.first_name.slice(-1) });
}

function body(message, isOut, isGroup, actions) {
  const bubble = element("div", { class: "bubble" });
  if (isGroup && !isOut) bubble.append(sender(message.from));
  if (message.forward_origin) bubble.append(element("span", { class: "forwarded", text: `转发自 ${message.forward_origin.sender_user_name}` }));
  if (message.via_bot) bubble.append(element("span", { class: "forwarded", text: `via @${message.via_bot.username}` }));
  if (message.reply_to_message) bubble.append(replied(message.reply_to_message, actions));
  bubble.append(...content(message, actions));
  endOf(bubble).append(meta(message, isOut));
  const rows = message.reply_markup?.inline_keyboard || [];
  const node = element("div", { class: `body${rows.length ? " has-keyboard" : ""}` }, bubble);
  if (rows.length) node.append(keyboard(message, rows, actions));
  return node;
}

/** Where the time goes: behind the last words, or on a line of its own below a block. */
function endOf(bubble) {
  const last = bubble.lastElementChild;
  const isText = last.classList.contains("text") && !last.lastChild?.matches?.(".quote, pre");
  return isText ? last : bubble;
}

function sender(user) {
  return element("span", { class: "sender", "data-tint": user.is_bot ? 0 : 1 + tint(user.id, 4), text: user.first_name });
}

function content(message, actions) {
  if (message.rich_message) return [rich(message.rich_message, actions)];
  const text = element("div", { class: "text" });
  const isMedia = message.photo || message.document;
  text.append(formatted((isMedia ? message.caption : message.text) || "", isMedia ? message.caption_entities : message.entities, actions));
  if (message.document) return [element("div", { class: "text", text: `📎 ${message.document.file_name}` }), text];
  if (message.photo) return [photo(message.photo[0].file_id), text];
  if (!message.preview) return [text];
  const card = preview(message.preview, actions);
  return message.preview.is_above_text ? [card, text] : [text, card];
}

function photo(source) {
  let name = "照片";
  try { name = new URL(source).hostname || name; } catch { /* a file identifier */ }
  return element("div", { class: "photo" }, placeholder(name, { wide: true }));
}

function preview({ url, domain, is_large, is_above_text }, actions) {
  const card = link(url, actions.follow);
  card.className = `preview${is_large ? " is-large" : ""}${is_above_text ? " is-above" : ""}`;
  const path = decoded(new URL(url).pathname);
  card.append(
    element("span", { class: "site", text: domain.replace(/^www\./, "") }),
    element("span", { class: "path", text: path === "/" ? "链接预览" : path }),
    placeholder(domain, { wide: is_large }),
  );
  return card;
}

function decoded(path) {
  try { return decodeURIComponent(path); } catch { return path; }
}

function replied(message, actions) {
  return element("button", { class: "replied", type: "button", onclick: () => actions.show(message.message_id) },
    element("b", { text: message.from.first_name }), element("span", { text: summary(message) }));
}

/** The first words of a message. */
export function summary(message) {
  return (message.text || message.caption || (message.photo ? "照片" : message.document?.file_name || "消息")).replace(/\s+/g, " ").slice(0, 90);
}

function meta(message, isOut) {
  const node = element("span", { class: "meta" });
  if (message.is_silent) {
    node.append(icon("muted", "bell"));
    node.title = "静音发送";
  }
  if (message.edit_date) node.append("已编辑");
  node.append(element("time", { text: clock(message.date), datetime: new Date(message.date * 1000).toISOString() }));
  if (isOut) node.append(icon("check"));
  return node;
}

function keyboard(message, rows, actions) {
  return element("div", { class: "keyboard", role: "group", "aria-label": "按钮" },
    ...rows.map((row) => element("div", { class: "keys" }, ...row.map((button) => key(message, button, actions)))));
}

function key(message, button, actions) {
  const node = element("button", { class: "key", type: "button", text: button.text, title: button.text });
  if (button.url) {
    node.dataset.link = button.url;
    node.addEventListener("click", () => {
      if (!actions.follow(button.url)) link(button.url, () => false).click();
    });
  } else if (button.callback_data !== undefined) {
    node.dataset.callback = button.callback_data;
    node.addEventListener("click", () => {
      node.classList.add("is-waiting");
      setTimeout(() => node.classList.remove("is-waiting"), WAITING_MS);
      actions.tap(message, button.callback_data).catch(() => node.classList.remove("is-waiting"));
    });
  } else if (button.switch_inline_query_chosen_chat) {
    node.addEventListener("click", () => actions.share(button.switch_inline_query_chosen_chat.query || ""));
  } else if (button.copy_text) {
    node.addEventListener("click", () => navigator.clipboard?.writeText(button.copy_text.text));
  }
  return node;
}
