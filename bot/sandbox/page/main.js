// The page: who I am, both chats, what happens, and where links lead.

import * as api from "./api.js";
import { Chat } from "./chat.js";
import { element } from "./dom.js";

const byId = new Map();
const personas = document.querySelector(".personas");
const tabs = document.querySelector(".tabs");
const main = document.querySelector(".chats");
const dialog = document.querySelector(".alert");

let me = Number(new URLSearchParams(location.search).get("as")) || 1001;
let world = null;
let waiting = null;
let asking = null;

const actions = {
  send: (chat, text, replyTo) => report(chat, api.send(me, chat.chat.id, text, replyTo)),
  start: (payload) => report(byId.get(me), api.start(me, payload)),
  tap: (chat, messageId, data) => report(chat, api.tap(me, chat.chat.id, messageId, data)),
  block: (isBlocked) => report(byId.get(me), api.block(me, isBlocked)),
  found: (kind) => report(byId.get(me), api.found(me, `${myName()}的${kind === "channel" ? "频道" : "群"}`, kind)),
  inline: (chat, query) => { asking = chat; return report(chat, api.inline(me, query)); },
  choose: (chat, queryId, result) => report(chat, api.choose(me, chat.chat.id, queryId, result)),
  share,
  follow,
  unreadChanged: showUnread,
};
const myName = () => world.people.find(({ id }) => id === me).name;
const privateChat = new Chat(actions);
const groupChats = new Map();

async function report(chat, promise) {
  try {
    return await promise;
  } catch (error) {
    chat?.toast(`没有成功：${error.message}`);
    throw error;
  }
}

/** Follow a link inside of the page; false when it leads elsewhere. */
function follow(url) {
  const target = inTelegram(url);
  if (!target) return false;
  const { name, start, message } = target;
  if (name === world.bot.username.toLowerCase()) {
    bringToFront(privateChat);
    if (start !== null) actions.start(start).catch(() => {});
    return true;
  }
  const chat = [...groupChats.values()].find(({ chat }) => chat.username?.toLowerCase() === name || String(chat.id) === `-100${name}`);
  if (!chat) return false;
  bringToFront(chat);
  if (message && !chat.show(message)) chat.toast("这条消息不在了");
  return true;
}

/** Offer an answer of the bot's inline mode in the group, as a reader would who picks that chat. */
function share(query) {
  const chat = groupChats.values().next().value ?? privateChat;
  bringToFront(chat);
  chat.composer.fill(`@${world.bot.username} ${query}`);
}

/** What a t.me or tg: link names: a bot or chat, its start parameter, a message. */
function inTelegram(url) {
  let parsed;
  try { parsed = new URL(url); } catch { return null; }
  const query = parsed.searchParams;
  if (parsed.protocol === "tg:" && parsed.host === "resolve")
    return { name: (query.get("domain") || "").toLowerCase(), start: query.get("start"), message: Number(query.get("post")) };
  if (!["t.me", "telegram.me"].includes(parsed.host)) return null;
  const parts = parsed.pathname.split("/").filter(Boolean);
  if (parts[0] === "c") parts.shift();
  if (!parts.length) return null;
  return { name: parts[0].toLowerCase(), start: query.get("start"), message: Number(parts.at(-1)) || 0 };
}

const allChats = () => [privateChat, ...groupChats.values()];

function bringToFront(chat) {
  for (const each of allChats()) {
    each.node.classList.toggle("is-current", each === chat);
    each.tab.setAttribute("aria-selected", String(each === chat));
  }
  chat.node.scrollIntoView({ inline: "nearest", block: "nearest" });
  chat.scrolled();
}

/** A tab for each chat, seen in a narrow window. */
function addTab(chat) {
  chat.tab = element("button", { role: "tab", type: "button", "aria-selected": "false", onclick: () => bringToFront(chat) },
    chat.name, element("span", { class: "badge" }));
  tabs.append(chat.tab);
}

function showUnread() {
  for (const chat of allChats()) if (chat.tab) chat.tab.lastChild.textContent = chat.unread || "";
}

function showPersonas() {
  personas.replaceChildren(...world.people.map(({ id, name, is_admin }) => element("button", {
    role: "radio", type: "button", "aria-checked": String(id === me), "data-user": id, onclick: () => become(id),
  }, name, element("small", { text: is_admin ? "管理员" : "读者" }))));
}

function become(id) {
  me = id;
  history.replaceState(null, "", `?as=${id}`);
  load();
}

/** Read everything anew; what happens meanwhile is applied afterwards. */
async function load() {
  waiting ??= [];
  const asked = me;
  world = await api.state(asked);
  if (asked !== me) return;
  showChats();
  const shown = allChats();
  const messages = await Promise.all(shown.map(({ chat }) => api.messages(chat.id)));
  if (asked !== me) return;
  shown.forEach((chat, index) => chat.fill(messages[index]));
  const missed = waiting;
  waiting = null;
  missed.forEach(happened);
}

function showChats() {
  byId.clear();
  for (const info of world.chats.toSorted((one, other) => (other.kind === "private") - (one.kind === "private"))) {
    const chat = info.kind === "private" ? privateChat : groupChats.get(info.id) ?? new Chat(actions);
    if (info.kind !== "private") groupChats.set(info.id, chat);
    chat.update(info, me, world.bot);
    byId.set(info.id, chat);
    if (chat.node.isConnected) continue;
    main.append(chat.node);
    addTab(chat);
    if (main.querySelector(".is-current")) bringToFront(chat); // one that was just made
  }
  showPersonas();
  if (!main.querySelector(".is-current")) bringToFront(privateChat);
}

async function refresh() {
  const asked = me;
  const read = await api.state(asked);
  if (asked !== me) return;
  world = read;
  showChats();
}

const HAPPENINGS = {
  message: ({ chat, message }) => byId.get(chat)?.put(message),
  edit: ({ chat, message }) => byId.get(chat)?.put(message),
  delete: ({ chat, message_id }) => byId.get(chat)?.remove(message_id),
  action: ({ chat }) => byId.get(chat)?.typing(),
  answer: showAnswer,
  inline: ({ user, query_id, results }) => { if (user === me) asking?.composer.offerResults(query_id, results); },
  // A chat that is new here may have had messages before this was heard.
  chat: ({ chat }) => { if (chat === me || byId.has(chat)) refresh(); else if (chat < 0) load(); },
  profile: refresh,
  reload: load,
};

function happened(event) {
  if (waiting) waiting.push(event);
  else HAPPENINGS[event.kind]?.(event);
}

function showAnswer({ chat, user, message_id, text, is_alert, url }) {
  if (user !== me) return;
  const shown = byId.get(chat);
  shown?.answered(message_id);
  if (url) follow(url);
  if (!text) return;
  if (!is_alert) return shown?.toast(text);
  dialog.querySelector("p").textContent = text;
  dialog.showModal();
}

api.watch(load, happened);
