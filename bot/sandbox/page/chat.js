// One column: a chat with its header, its messages and its composer.

import { Composer } from "./composer.js";
import { day, element, icon } from "./dom.js";
import { face, messageRow } from "./message.js";

const NEAR_BOTTOM_PX = 60;
const TYPING_MS = 5_000;
const DAY_SHOWS_MS = 1_200;

export class Chat {
  /** `actions`: send, start, tap, follow, block, found — see main.js. */
  constructor(actions) {
    this.actions = actions;
    this.rows = new Map();
    this.unread = 0;
    this.arrived = 0;
    this.lastId = 0;
    this.isAtEnd = true;
    this.composer = new Composer({
      send: (text, replyTo) => actions.send(this, text, replyTo),
      start: () => actions.start(""),
      inline: (query) => actions.inline(this, query),
      choose: (queryId, result) => actions.choose(this, queryId, result),
    });
    this.build();
  }

  build() {
    this.title = element("h2");
    this.subtitle = element("p");
    this.faceBox = element("div");
    this.more = element("button", { class: "icon", type: "button", "aria-label": "更多", onclick: () => { this.menu.hidden = !this.menu.hidden; } }, icon("more"));
    this.menu = element("div", { class: "header-menu", hidden: true });
    this.list = element("div", { class: "messages", role: "log", "aria-label": "消息" });
    this.scroller = element("div", { class: "scroll", tabindex: 0, onscroll: () => this.moved() }, this.list);
    this.badge = element("span", { class: "badge" });
    this.toBottom = element("button", { class: "to-bottom", type: "button", "aria-label": "到最新消息", onclick: () => this.jumpToEnd() }, this.badge, icon("down"));
    this.toastBox = element("div", { class: "toast", role: "status" });
    this.node = element("section", { class: "chat" },
      element("header", {}, this.faceBox, element("div", { class: "titles" }, this.title, this.subtitle), this.more),
      this.menu, element("div", { class: "wall" }, this.scroller, this.toBottom, this.toastBox), this.composer.node);
    new ResizeObserver(() => this.floatDays()).observe(this.list);
    document.addEventListener("click", (event) => {
      if (!this.menu.contains(event.target) && !this.more.contains(event.target)) this.menu.hidden = true;
    });
  }

  get isGroup() { return this.chat.kind !== "private"; }

  get isChannel() { return this.chat.kind === "channel"; }

  /** What the tab says. */
  get name() {
    if (!this.isGroup) return "私聊";
    return this.chat.username ? "群" : this.chat.title;
  }

  /** Show the chat as `me` sees it. */
  update(chat, me, bot) {
    Object.assign(this, { chat, me, bot });
    this.node.setAttribute("aria-label", this.isGroup ? `${this.isChannel ? "频道" : "群"} ${chat.title}` : `私聊 ${chat.title}`);
    this.node.dataset.chat = chat.id;
    this.title.textContent = chat.title;
    this.faceBox.replaceChildren(face(this.isGroup ? { id: chat.id, first_name: chat.title.slice(0, 1) } : { is_bot: true }));
    this.showSubtitle();
    this.composer.update(chat, me, bot);
    this.more.style.display = this.isGroup || !chat.is_started ? "none" : "";
    this.menu.replaceChildren(
      this.choice("建群并加入机器人", () => this.actions.found("supergroup")),
      this.choice("建频道并加入机器人", () => this.actions.found("channel")),
      this.choice(chat.is_blocked ? "重新启用机器人" : "停用机器人", () => this.actions.block(!chat.is_blocked), chat.is_blocked ? "" : "is-danger"),
    );
  }

  /** An entry of the header's menu. */
  choice(text, act, look = "") {
    return element("button", { type: "button", class: look, text, onclick: () => { this.menu.hidden = true; act(); } });
  }

  showSubtitle() {
    const { chat } = this;
    this.subtitle.classList.remove("is-typing");
    this.subtitle.textContent = this.isGroup ? [`${chat.members} 位${this.isChannel ? "订阅者" : "成员"}`, chat.username && `@${chat.username}`].filter(Boolean).join(" · ") : chat.is_blocked ? "已停用" : "机器人";
  }

  typing() {
    this.subtitle.classList.add("is-typing");
    this.subtitle.textContent = "正在输入…";
    clearTimeout(this.typingTimer);
    this.typingTimer = setTimeout(() => this.showSubtitle(), TYPING_MS);
  }

  /** Replace everything by these messages. */
  fill(messages) {
    this.rows.clear();
    this.lastId = 0;
    this.list.replaceChildren();
    this.toastBox.classList.remove("is-shown");
    for (const message of messages) this.place(message);
    this.arrange();
    this.unread = 0;
    this.arrived = 0;
    this.scroller.scrollTop = 0;
    this.moved();
  }

  /** A new or changed message. However many come at once, the page is arranged once a frame. */
  put(message) {
    const isNew = !this.rows.has(message.message_id);
    const row = this.place(message);
    if (isNew) {
      row.classList.add("is-new");
      clearTimeout(this.typingTimer);
      this.showSubtitle();
      if (message.from.id === this.me) this.jumpToEnd();
      else this.arrived += 1;
    }
    this.frame ??= requestAnimationFrame(() => this.settle());
  }

  settle() {
    this.frame = null;
    if (!this.isAtEnd || !this.isVisible) this.unread += this.arrived;
    this.arrived = 0;
    this.arrange();
    this.scrolled();
  }

  place(message) {
    const row = messageRow(message, { me: this.me, isGroup: this.isGroup }, {
      follow: this.actions.follow,
      command: (text) => this.actions.send(this, text),
      tap: (tapped, data) => this.actions.tap(this, tapped.message_id, data),
      share: (query) => this.actions.share(query),
      reply: (replied) => this.composer.reply(replied),
      show: (id) => this.show(id),
    });
    const old = this.rows.get(message.message_id);
    if (old) old.replaceWith(row);
    else this.insert(message.message_id, row);
    this.rows.set(message.message_id, row);
    this.lastId = Math.max(this.lastId, message.message_id);
    row.dataset.day = day(message.date);
    return row;
  }

  insert(id, row) {
    if (id > this.lastId) return this.list.append(row);
    const later = [...this.rows.keys()].filter((other) => other > id);
    return later.length ? this.rows.get(Math.min(...later)).before(row) : this.list.append(row);
  }

  remove(id) {
    this.rows.get(id)?.remove();
    this.rows.delete(id);
    this.arrange();
  }

  /** Days between messages, and which message begins or ends a run of the same sender. */
  arrange() {
    for (const node of this.list.querySelectorAll(".day, .empty")) node.remove();
    const rows = [...this.list.children];
    let before = null;
    rows.forEach((row, index) => {
      const today = row.dataset.day;
      const after = rows[index + 1];
      const startsDay = today !== before;
      if (startsDay) row.before(element("div", { class: "day", text: today }));
      row.classList.toggle("is-first", startsDay || rows[index - 1]?.dataset.from !== row.dataset.from);
      row.classList.toggle("is-last", !after || after.dataset.from !== row.dataset.from);
      before = today;
    });
    if (!rows.length) this.list.append(this.welcome());
  }

  welcome() {
    if (this.isGroup) return element("div", { class: "empty", text: `${this.isChannel ? "频道" : "群"}里还没有消息。日报发布后会出现在这里。` });
    return element("div", { class: "empty" }, element("b", { text: this.bot.first_name }),
      element("p", { text: this.bot.description || "点“开始”和机器人说话。" }));
  }

  get isVisible() { return this.node.offsetParent !== null; }

  moved() {
    this.isAtEnd = this.scroller.scrollTop > -NEAR_BOTTOM_PX;
    this.scrolled();
  }

  scrolled() {
    if (this.isAtEnd && this.isVisible) this.unread = 0;
    this.badge.textContent = this.unread || "";
    this.toBottom.classList.toggle("is-shown", !this.isAtEnd);
    this.floatDays();
    this.actions.unreadChanged();
  }

  /** A day that floats over messages shows while they move and then fades, so that it hides no words. */
  floatDays() {
    this.list.classList.add("is-moving");
    clearTimeout(this.dayTimer);
    this.dayTimer = setTimeout(() => {
      for (const node of this.list.querySelectorAll(".day")) {
        const isOver = node.nextElementSibling.getBoundingClientRect().top < node.getBoundingClientRect().bottom;
        node.classList.toggle("is-floating", isOver);
      }
      this.list.classList.remove("is-moving");
    }, DAY_SHOWS_MS);
  }

  jumpToEnd() {
    this.scroller.scrollTo({ top: 0, behavior: this.isNear(this.scroller.scrollTop) ? "smooth" : "instant" });
  }

  /** Whether gliding over that many pixels is pleasant; a longer way is jumped. */
  isNear(distance) {
    return Math.abs(distance) < 3 * this.scroller.clientHeight && !matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  /** Scroll to a message and let it flash; says whether it is there. */
  show(id) {
    const row = this.rows.get(id);
    if (!row) return false;
    const isLong = row.offsetHeight > this.scroller.clientHeight * .8;
    const isNear = this.isNear(row.getBoundingClientRect().top - this.scroller.getBoundingClientRect().top);
    row.scrollIntoView({ block: isLong ? "start" : "center", behavior: isNear ? "smooth" : "instant" });
    row.classList.remove("is-flashing", "is-new");
    void row.offsetWidth;
    row.classList.add("is-flashing");
    return true;
  }

  toast(text) {
    this.toastBox.textContent = text;
    this.toastBox.classList.add("is-shown");
    clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => this.toastBox.classList.remove("is-shown"), 3_200);
  }

  /** The bot has answered a tap: the button stops waiting. */
  answered(messageId) {
    for (const key of this.rows.get(messageId)?.querySelectorAll(".is-waiting") || []) key.classList.remove("is-waiting");
  }
}
