// Rich messages: blocks of the Bot API as elements.

import { element, placeholder } from "./dom.js";
import { link, quote } from "./text.js";

const TAGS = {
  bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", subscript: "sub", superscript: "sup", marked: "mark",
};

/** The blocks of a rich message. `actions`: follow(url). */
export function rich(message, actions) {
  return element("div", { class: "rich" }, ...message.blocks.map((block) => draw(block, actions)));
}

function words(text, actions) {
  const root = document.createDocumentFragment();
  write(root, text, actions);
  return root;
}

function write(parent, text, actions) {
  if (text === null || text === undefined) return;
  if (typeof text === "string") parent.append(text);
  else if (Array.isArray(text)) text.forEach((piece) => write(parent, piece, actions));
  else {
    const node = text.type === "url" ? link(text.url, actions.follow) : element(TAGS[text.type] || "span");
    write(node, text.text ?? text.expression ?? text.alternative_text, actions);
    parent.append(node);
  }
}

function draw(block, actions) {
  const text = () => words(block.text, actions);
  const inner = () => (block.blocks || []).map((each) => draw(each, actions));
  switch (block.type) {
    case "heading": return element(`h${Math.min(block.size, 3) + 2}`, {}, text());
    case "pre": return element("pre", { "data-language": block.language }, element("code", {}, text()));
    case "divider": return element("hr");
    case "list": return list(block, actions);
    case "table": return table(block, actions);
    case "details": return element("details", { open: block.is_open }, element("summary", {}, words(block.summary, actions)),
      element("div", { class: "rich" }, ...inner()));
    case "blockquote": return quoted(false, [element("div", { class: "rich" }, ...inner())], block, actions);
    case "expandable_blockquote": return quoted(true, [text()], block, actions);
    case "pullquote": return quoted(false, [text()], block, actions);
    case "footer": return element("p", { class: "footer" }, text());
    case "photo": return element("div", {}, placeholder("照片", { wide: true }));
    case "collage": case "slideshow": return element("div", { class: "rich" }, ...inner());
    case "anchor": return element("span", { id: undefined });
    case "mathematical_expression": return element("p", {}, element("code", { text: block.expression }));
    default: return element("p", {}, text());
  }
}

function quoted(isFoldable, children, block, actions) {
  const [outside, inside] = quote(isFoldable);
  inside.append(...children);
  if (block.credit) inside.append(element("div", { class: "credit" }, words(block.credit, actions)));
  return outside;
}

function list(block, actions) {
  const isOrdered = block.items.some((item) => item.value !== undefined || item.type !== undefined);
  return element(isOrdered ? "ol" : "ul", {}, ...block.items.map((item) => {
    const mark = item.has_checkbox ? [item.is_checked ? "☑ " : "☐ "] : [];
    return element("li", { value: item.value }, ...mark, ...item.blocks.map((each) => draw(each, actions)));
  }));
}

function table(block, actions) {
  const rows = block.cells.map((row) => element("tr", {}, ...row.map((cell) =>
    element(cell.is_header ? "th" : "td", { colspan: cell.colspan, rowspan: cell.rowspan }, words(cell.text, actions)))));
  const caption = block.caption ? [element("caption", {}, words(block.caption, actions))] : [];
  return element("div", { class: "table" }, element("table", {}, ...caption, element("tbody", {}, ...rows)));
}
