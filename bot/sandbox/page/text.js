// Text with entities, drawn as Telegram draws it. Offsets count UTF-16 units, as strings of JavaScript do.

import { element, icon } from "./dom.js";

const SCHEMES = new Set(["http:", "https:", "mailto:", "tg:"]);
const BLOCKS = new Set(["blockquote", "expandable_blockquote", "pre"]);
const TAGS = { bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code" };

/** The address when it may be followed, else null. */
export function safe(url) {
  try {
    const parsed = new URL(url.includes(":") && !/^[\w.-]+:\d/.test(url) ? url : `http://${url}`);
    return SCHEMES.has(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}

/** A link; `follow(url)` says true when it was followed inside of the page. */
export function link(url, follow) {
  const href = safe(url);
  if (!href) return element("span");
  return element("a", {
    href, title: href, target: "_blank", rel: "noopener noreferrer",
    onclick: (event) => { if (follow(href)) event.preventDefault(); },
  });
}

/** A fragment of nested elements. `actions`: follow(url), command(text). */
export function formatted(text, entities = [], actions) {
  const root = document.createDocumentFragment();
  fill(root, text, 0, text.length, entities, actions);
  return root;
}

function fill(parent, text, start, end, entities, actions) {
  let at = start;
  for (let index = 0; index < entities.length;) {
    const entity = entities[index++];
    const stop = entity.offset + entity.length;
    const inner = [];
    while (index < entities.length && entities[index].offset < stop) inner.push(entities[index++]);
    const isBlock = BLOCKS.has(entity.type);
    parent.append(isBlock ? text.slice(at, entity.offset).replace(/\n$/, "") : text.slice(at, entity.offset));
    const [outside, inside] = draw(entity, text.slice(entity.offset, stop), actions);
    fill(inside, text, entity.offset, stop, inner, actions);
    parent.append(outside);
    at = isBlock && text[stop] === "\n" ? stop + 1 : stop;
  }
  parent.append(text.slice(at, end));
}

function draw(entity, words, actions) {
  switch (entity.type) {
    case "text_link": return same(link(entity.url, actions.follow));
    case "url": return same(link(words, actions.follow));
    case "email": return same(link(`mailto:${words}`, actions.follow));
    case "mention": return same(link(`https://t.me/${words.slice(1)}`, actions.follow));
    case "bot_command": return same(element("button", { class: "as-link", type: "button", onclick: () => actions.command(words) }));
    case "hashtag": case "cashtag": case "text_mention": return same(element("span", { class: "as-link" }));
    case "spoiler": return same(spoiler());
    case "pre": return pre(entity.language);
    case "blockquote": return quote(false);
    case "expandable_blockquote": return quote(true);
    default: return same(element(TAGS[entity.type] || "span"));
  }
}

const same = (node) => [node, node];

function pre(language) {
  const code = element("code");
  return [element("pre", { "data-language": language }, code), code];
}

function spoiler() {
  const node = element("span", { class: "spoiler", role: "button", tabindex: 0, "aria-label": "显示遮住的内容" });
  const show = (event) => {
    if (node.classList.contains("is-shown")) return;
    event.preventDefault();
    event.stopPropagation();
    node.classList.add("is-shown");
    node.removeAttribute("role");
    node.removeAttribute("aria-label");
  };
  node.addEventListener("click", show, true);
  node.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") show(event); });
  return node;
}

/** A quote; a foldable one shows three lines until it is opened. */
export function quote(isFoldable) {
  const quoted = element("div", { class: "quoted" });
  const node = element("div", { class: "quote", role: "blockquote" }, quoted);
  if (isFoldable) foldable(node, quoted);
  return [node, quoted];
}

// Told when a quote gets its size, which a message far outside of the window has not yet. All sizes are read before
// anything is changed: else the page would be laid out anew for each quote.
const sizes = new ResizeObserver((entries) => {
  const folded = entries.map(({ target }) => target).filter((quoted) => quoted.parentNode?.classList.contains("is-folded"));
  const areLong = folded.map((quoted) => quoted.scrollHeight > quoted.clientHeight + 2);
  folded.forEach((quoted, index) => quoted.parentNode.classList.toggle("is-long", areLong[index]));
});

function foldable(node, quoted) {
  const button = element("button", { class: "unfold", type: "button", "aria-label": "展开", "aria-expanded": "false" }, icon("down"));
  const turn = () => {
    const isFolded = node.classList.toggle("is-folded");
    button.setAttribute("aria-expanded", String(!isFolded));
    button.setAttribute("aria-label", isFolded ? "展开" : "收起");
  };
  node.classList.add("is-folded");
  node.append(button);
  button.addEventListener("click", (event) => { event.stopPropagation(); turn(); });
  node.addEventListener("click", (event) => {
    if (!node.classList.contains("is-long") || event.target.closest("a") || String(getSelection())) return;
    turn();
  });
  sizes.observe(quoted);
}
