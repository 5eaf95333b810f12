// What a platform was given as text, shown as it shows it. DOM nodes only: text stays text.

import { element, inline, link, markdown } from "./markdown.js";

const SAFE = /^(https?|mailto):/;

export function body(post, names) {
  const shown = post.body;
  if (shown.kind === "blocks") return blocks(shown.blocks, names);
  if (shown.kind === "markdown") return withMentions(markdown(shown.text.replace(/^-# (.*)$/gm, "_$1_")), names);
  if (shown.kind === "entities") return [element("div", { class: "plain" }, entities(shown.text, shown.entities))];
  if (shown.kind === "note") return [element("p", { class: "muted" }, shown.text)];
  return mrkdwn(shown.text, names);
}

function blocks(all, names) {
  return all.flatMap((block) => {
    if (block.type === "markdown") return markdown(block.text);
    if (block.type === "divider") return [element("hr")];
    if (block.type === "header") return [element("h3", {}, block.text?.text ?? "")];
    if (block.type === "context") return [element("p", { class: "muted" }, (block.elements ?? []).map((each) => each.text ?? "").join(" "))];
    return mrkdwn(block.text?.text ?? "", names);
  });
}

// Slack's own dialect: *bold*, _italic_, ~struck~, `code`, <links> and <@mentions>, and three escapes.
function mrkdwn(text, names) {
  const rules = [
    { at: /`([^`\n]+)`/, make: (m) => element("code", {}, unescaped(m[1])) },
    { at: /<@(\w+)(?:\|[^>]*)?>/, make: (m) => element("span", { class: "mention" }, `@${names(m[1])}`) },
    { at: /<(https?:\/\/[^|>]+)(?:\|([^>]*))?>/, make: (m) => link(m[1], [unescaped(m[2] ?? m[1])]) },
    { at: /(?<!\w)\*(?=\S)([^*\n]*\S)\*(?!\w)/, make: (m, read) => element("strong", {}, read(m[1])) },
    { at: /(?<!\w)_(?=\S)([^_\n]*\S)_(?!\w)/, make: (m, read) => element("em", {}, read(m[1])) },
    { at: /(?<!\w)~(?=\S)([^~\n]*\S)~(?!\w)/, make: (m, read) => element("s", {}, read(m[1])) },
    { at: /&(amp|lt|gt);/, make: (m) => unescaped(m[0]) },
  ];
  return text.split(/(```[\s\S]*?```)/).filter(Boolean).map((part) => {
    const code = /^```\n?([\s\S]*?)\n?```$/.exec(part);
    if (code) return element("pre", {}, element("code", {}, unescaped(code[1])));
    return element("p", {}, inline(part.replace(/^\n|\n$/g, ""), rules));
  });
}

function unescaped(text) {
  return text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}

// Discord's <@id> in text that is Markdown otherwise.
function withMentions(nodes, names) {
  for (const node of nodes) {
    const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) if (/<@!?\d+>/.test(walker.currentNode.data) && !walker.currentNode.parentElement.closest("code")) found.push(walker.currentNode);
    for (const text of found) {
      const parts = text.data.split(/<@!?(\d+)>/);
      text.replaceWith(...parts.map((part, index) => (index % 2 ? element("span", { class: "mention" }, `@${names(part)}`) : part)));
    }
  }
  return nodes;
}

// Telegram's entities: offsets are UTF-16 units, as JavaScript's strings have them.
const TAGS = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote", spoiler: "span",
};

function entities(text, all, from = 0, to = text.length) {
  const nodes = [];
  let at = from;
  const inside = all.filter((each) => each.offset >= from && each.offset + each.length <= to);
  while (inside.length) {
    const first = inside.shift();
    const end = first.offset + first.length;
    const within = inside.filter((each) => each.offset + each.length <= end);
    inside.splice(0, within.length);
    if (first.offset > at) nodes.push(text.slice(at, first.offset));
    nodes.push(entity(first, text, within, end));
    at = end;
  }
  if (at < to) nodes.push(text.slice(at, to));
  return nodes;
}

function entity(first, text, within, end) {
  const content = entities(text, within, first.offset, end);
  if (first.type === "text_link" && SAFE.test(first.url)) return link(first.url, content);
  if (first.type === "mention" || first.type === "bot_command") return element("span", { class: "mention" }, content);
  if (first.type === "pre") return element("pre", { "data-language": first.language || null }, element("code", {}, content));
  const tag = TAGS[first.type];
  return tag ? element(tag, { class: first.type === "spoiler" ? "spoiler" : null }, content) : element("span", {}, content);
}
