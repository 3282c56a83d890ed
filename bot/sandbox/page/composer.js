// The line below a chat: writing, the command menu, inline answers, the reply that is being written, START.

import { element, icon } from "./dom.js";
import { summary } from "./message.js";

const TYPING_MS = 250;

export class Composer {
  /** `actions`: send(text, replyTo), start(), inline(query), choose(query id, result id). */
  constructor(actions) {
    this.actions = actions;
    this.replyTo = null;
    this.commands = [];
    this.drafts = new Map();
    this.input = element("textarea", {
      rows: 1, placeholder: "发消息…", "aria-label": "发消息", maxlength: 4096,
      oninput: () => this.changed(), onkeydown: (event) => this.pressed(event),
    });
    this.button = element("button", { class: "icon send", "aria-label": "发送", disabled: true }, icon("send"));
    this.menu = element("button", { class: "menu-button", type: "button", "aria-haspopup": "true", onclick: () => this.toggle() }, icon("menu"), "菜单");
    this.form = element("form", { onsubmit: (event) => this.submit(event) }, this.menu, this.input, this.button);
    this.popup = element("div", {
      class: "popup", role: "menu", "aria-label": "命令", hidden: true, onkeydown: (event) => this.moved(event),
    });
    document.addEventListener("click", (event) => {
      if (!this.popup.contains(event.target) && !this.form.contains(event.target)) this.popup.hidden = true;
    });
    this.replying = element("div", { class: "replying", hidden: true });
    this.startButton = element("button", { class: "start", type: "button", onclick: () => this.actions.start() });
    this.node = element("footer", { class: "composer" }, this.popup, this.replying, this.form, this.startButton);
  }

  /** Show what fits the chat: its commands, or the button that starts it. */
  update(chat, me, bot) {
    this.botName = bot.username.toLowerCase();
    if (this.me !== me) {
      this.drafts.set(this.me, this.input.value);
      this.input.value = this.drafts.get(me) || "";
      this.me = me;
      this.reply(null);
      this.changed();
    }
    this.commands = chat.commands;
    this.menu.hidden = chat.kind !== "private" || !chat.commands.length;
    this.menu.style.display = this.menu.hidden ? "none" : "";
    const isWaiting = chat.kind === "private" && (!chat.is_started || chat.is_blocked);
    this.form.style.display = isWaiting || chat.kind === "channel" ? "none" : "";
    this.startButton.style.display = isWaiting ? "" : "none";
    this.startButton.textContent = chat.is_blocked ? "重新启用机器人" : "开始";
  }

  reply(message) {
    this.replyTo = message;
    this.replying.hidden = !message;
    if (!message) return;
    this.replying.replaceChildren(
      element("div", {}, element("b", { text: `回复 ${message.from.first_name}` }), element("span", { text: summary(message) })),
      element("button", { class: "icon", type: "button", "aria-label": "不回复", onclick: () => this.reply(null) }, icon("close")),
    );
    this.input.focus();
  }

  changed() {
    this.button.disabled = !this.input.value.trim();
    this.input.style.height = "auto";
    if (this.input.scrollHeight) this.input.style.height = `${this.input.scrollHeight}px`;
    clearTimeout(this.typing);
    this.asked = this.inlineQuery();
    if (this.asked !== null) {
      this.typing = setTimeout(() => this.actions.inline(this.asked).catch(() => {}), TYPING_MS);
      return;
    }
    const typed = /^\/(\w*)$/.exec(this.input.value);
    if (typed) this.offer(this.commands.filter(({ command }) => command.startsWith(typed[1])));
    else this.popup.hidden = true;
  }

  /** What is asked of the bot's inline mode by `@bot words`, or null. */
  inlineQuery() {
    const found = /^@(\w+)\s(.*)$/s.exec(this.input.value);
    return found && found[1].toLowerCase() === this.botName ? found[2].trim() : null;
  }

  fill(text) {
    this.input.value = text;
    this.changed();
    this.input.focus();
  }

  /** The answers to what is being typed; a click sends one of them. */
  offerResults(queryId, results) {
    if (this.inlineQuery() === null) return;
    this.popup.hidden = !results.length;
    this.popup.replaceChildren(...results.map(({ id, title, description }) => element("button", {
      class: "result", type: "button", role: "menuitem", onclick: () => {
        this.fill("");
        this.actions.choose(queryId, id).catch(() => {});
      },
    }, element("b", { text: title }), element("span", { text: description || "" }))));
  }

  toggle() {
    if (this.popup.hidden) this.offer(this.commands);
    else this.popup.hidden = true;
    this.popup.querySelector("button")?.focus();
  }

  offer(commands) {
    this.popup.hidden = !commands.length;
    this.popup.replaceChildren(...commands.map(({ command, description }) => element("button", {
      type: "button", role: "menuitem", onclick: () => this.send(`/${command}`),
    }, element("b", { text: `/${command}` }), element("span", { text: description }))));
  }

  pressed(event) {
    if (event.key === "Escape") {
      this.popup.hidden = true;
      this.reply(null);
    }
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.submit(event);
  }

  /** Arrow keys walk through the command menu, Escape leaves it. */
  moved(event) {
    const keys = [...this.popup.children];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) keys.at((keys.indexOf(document.activeElement) + step) % keys.length).focus();
    else if (event.key === "Escape") this.input.focus();
    else return;
    event.preventDefault();
    this.popup.hidden = event.key === "Escape";
  }

  submit(event) {
    event.preventDefault();
    const text = this.input.value.trim();
    if (text) this.send(text);
  }

  send(text) {
    const replyTo = this.replyTo?.message_id;
    this.popup.hidden = true;
    this.input.value = "";
    this.reply(null);
    this.changed();
    this.input.focus();
    this.actions.send(text, replyTo);
  }
}
