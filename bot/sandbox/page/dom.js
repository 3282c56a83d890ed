// Building blocks of the page. Text goes in as text: nothing that came with a message is ever parsed as HTML.

/** An element with properties (`class`, `text`, `on…`, or an attribute) and children. */
export function element(name, properties = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "text") node.textContent = value;
    else if (key === "class") node.className = value;
    else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

export function svg(name, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

const PATHS = {
  down: "M6 9l6 6 6-6",
  reply: "M10 8L5 13l5 5M5 13h9a5 5 0 0 1 5 5",
  close: "M6 6l12 12M18 6L6 18",
  menu: "M4 7h16M4 12h16M4 17h16",
  more: "M12 5.5v.01M12 12v.01M12 18.5v.01",
  send: "M3.4 20.4l17.8-7.6c.8-.3.8-1.4 0-1.7L3.4 3.6c-.6-.3-1.3.2-1.3.9v5.2l11.4 2.3-11.4 2.3v5.2c0 .7.7 1.2 1.3.9z",
  check: "M2 12.5l4.5 4.5L16 7.5M10.5 16l1 1L21 7.5",
  muted: "M18 15.5l-12 0c1.5-1.6 2-3 2-6a4 4 0 0 1 1-2.7M12 5.5a4 4 0 0 1 4 4c0 2 .2 3.3.9 4.5M10.5 18.5a1.6 1.6 0 0 0 3 0M4 4l16 16",
};

export function icon(name, className = "") {
  const drawing = svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: PATHS[name] }));
  if (className) drawing.setAttribute("class", className);
  return drawing;
}

/** A number from a text, always the same. */
export function tint(text, count) {
  let sum = 0;
  for (const ch of String(text)) sum = (sum * 31 + ch.codePointAt(0)) >>> 0;
  return sum % count;
}

const SKIES = [
  ["#4f8cff", "#7b5cff"], ["#ff8a5c", "#e8518d"], ["#2bb3a3", "#2f7fe0"], ["#8e6bf0", "#e06bb4"],
  ["#f0a63c", "#e0603c"], ["#3cb46e", "#2b93b5"],
];

/** A picture in place of one that is never fetched: colours and initial of its name. */
export function placeholder(name, { wide }) {
  const [from, to] = SKIES[tint(name, SKIES.length)];
  const id = `sky-${tint(name, 1e9)}-${wide ? "w" : "s"}`;
  const [width, height] = wide ? [400, 210] : [100, 100];
  const gradient = svg("linearGradient", { id, x1: 0, y1: 0, x2: 1, y2: 1 },
    svg("stop", { offset: 0, "stop-color": from }), svg("stop", { offset: 1, "stop-color": to }));
  const letter = svg("text", {
    x: width / 2, y: height / 2, "text-anchor": "middle", "dominant-baseline": "central", fill: "#fff",
    "font-size": wide ? 84 : 52, "font-weight": 700, "fill-opacity": .94,
  });
  letter.textContent = (name.replace(/^www\./, "")[0] || "?").toUpperCase();
  const rings = wide ? [60, 110, 165].map((r) => svg("circle", {
    cx: width / 2, cy: height / 2, r, fill: "none", stroke: "#fff", "stroke-opacity": .16, "stroke-width": 1.5,
  })) : [];
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${name} 的图片（占位）` },
    svg("defs", {}, gradient), svg("rect", { width, height, fill: `url(#${id})` }), ...rings, letter);
}

const TIME = new Intl.DateTimeFormat("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });
const DAY = new Intl.DateTimeFormat("zh-CN", { month: "long", day: "numeric" });

export const clock = (seconds) => TIME.format(new Date(seconds * 1000));
export const day = (seconds) => DAY.format(new Date(seconds * 1000));
