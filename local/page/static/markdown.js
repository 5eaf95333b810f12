// Markdown as Slack's markdown block shows it. It builds DOM nodes and never HTML: text stays text.

const FENCE = /^( {0,3})(`{3,}|~{3,})\s*([^`\s]*)[^`]*$/;
const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const HEADING = /^ {0,3}(#{1,6})\s+(.+?)\s*#*$/;
const RULE = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/;
const QUOTE = /^ {0,3}> ?(.*)$/;
const TABLE_LINE = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

// The first that matches at the earliest place wins; what it holds is read again, code excepted.
const INLINE = [
  { at: /(`+)([^`]|[^`][\s\S]*?[^`])\1(?!`)/, make: (m) => element("code", {}, m[2].replace(/^ (.*) $/, "$1")) },
  { at: /\[([^\]\n]+)\]\((https?:\/\/[^\s)]+|mailto:[^\s)]+)\)/, make: (m, read) => link(m[2], read(m[1])) },
  { at: /\*\*(?=\S)([\s\S]*?\S)\*\*/, make: (m, read) => element("strong", {}, read(m[1])) },
  { at: /__(?=\S)([\s\S]*?\S)__(?!\w)/, make: (m, read) => element("strong", {}, read(m[1])) },
  { at: /~~(?=\S)([\s\S]*?\S)~~/, make: (m, read) => element("s", {}, read(m[1])) },
  { at: /\*(?=[^\s*])([^*]*?[^\s*])\*(?!\*)/, make: (m, read) => element("em", {}, read(m[1])) },
  { at: /(?<![\w_])_(?=[^\s_])([^_]*?[^\s_])_(?!\w)/, make: (m, read) => element("em", {}, read(m[1])) },
  { at: /https?:\/\/[^\s<>()"']*[^\s<>()"'.,;:!?]/, make: (m) => link(m[0], [m[0]]) },
];

export function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value === true) node.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(key, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

export function link(href, children) {
  return element("a", { href, target: "_blank", rel: "noreferrer noopener" }, children);
}

export function inline(text, rules = INLINE) {
  let first = null;
  for (const rule of rules) {
    const match = rule.at.exec(text);
    if (match && (!first || match.index < first.match.index)) first = { rule, match };
  }
  if (!first) return text ? [text.replace(/\\([\\`*_{}[\]()#+.!|~>-])/g, "$1")] : [];
  const { rule, match } = first;
  const before = text.slice(0, match.index);
  const after = text.slice(match.index + match[0].length);
  return [...inline(before, rules), rule.make(match, (part) => inline(part, rules)), ...inline(after, rules)];
}

export function markdown(text, rules = INLINE) {
  return blocks(text.replace(/\r\n?/g, "\n").split("\n"), rules);
}

function blocks(lines, rules) {
  const made = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at];
    const reader = [fence, heading, rule, quote, list, table].find((each) => each.fits(lines, at));
    if (!line.trim()) at += 1;
    else {
      const [node, next] = (reader ?? paragraph).read(lines, at, rules);
      made.push(node);
      at = next;
    }
  }
  return made;
}

const fence = {
  fits: (lines, at) => FENCE.test(lines[at]),
  read(lines, at) {
    const [, indent, mark, language] = FENCE.exec(lines[at]);
    const closing = new RegExp(`^ {0,3}${mark[0]}{${mark.length},}\\s*$`);
    let end = at + 1;
    while (end < lines.length && !closing.test(lines[end])) end += 1;
    const code = lines.slice(at + 1, end).map((each) => each.replace(new RegExp(`^ {0,${indent.length}}`), ""));
    return [element("pre", { "data-language": language || null }, element("code", {}, code.join("\n"))), end + 1];
  },
};

const heading = {
  fits: (lines, at) => HEADING.test(lines[at]),
  read(lines, at, rules) {
    const [, marks, text] = HEADING.exec(lines[at]);
    return [element(`h${Math.min(marks.length, 4)}`, {}, inline(text, rules)), at + 1];
  },
};

const rule = {
  fits: (lines, at) => RULE.test(lines[at]),
  read: (lines, at) => [element("hr"), at + 1],
};

const quote = {
  fits: (lines, at) => QUOTE.test(lines[at]),
  read(lines, at, rules) {
    let end = at;
    while (end < lines.length && QUOTE.test(lines[end])) end += 1;
    const inner = lines.slice(at, end).map((each) => QUOTE.exec(each)[1]);
    return [element("blockquote", {}, blocks(inner, rules)), end];
  },
};

const list = {
  fits: (lines, at) => ITEM.test(lines[at]),
  read(lines, at, rules) {
    const base = ITEM.exec(lines[at])[1].length;
    const ordered = /\d/.test(ITEM.exec(lines[at])[2]);
    const node = element(ordered ? "ol" : "ul", ordered ? { start: parseInt(ITEM.exec(lines[at])[2], 10) } : {});
    let end = at;
    while (end < lines.length) {
      const item = ITEM.exec(lines[end]);
      if (!item || item[1].length < base || /\d/.test(item[2]) !== ordered) break;
      const inner = [item[3]];
      const depth = lines[end].length - item[3].length;
      end += 1;
      while (end < lines.length && (indentOf(lines[end]) > base || continues(lines, end, base))) {
        inner.push(lines[end].slice(Math.min(indentOf(lines[end]), depth)));
        end += 1;
      }
      const [first, ...rest] = inner;
      const nested = rest.findIndex((each) => ITEM.test(each) || FENCE.test(each) || !each.trim());
      const own = nested < 0 ? rest : rest.slice(0, nested);
      const below = nested < 0 ? [] : rest.slice(nested);
      node.append(element("li", {}, inline([first, ...own].join("\n"), rules), blocks(below, rules)));
    }
    return [node, end];
  },
};

// A blank line stays in the list when an indented line or another item follows it.
function continues(lines, at, base) {
  if (lines[at].trim()) return false;
  const next = lines[at + 1] ?? "";
  return indentOf(next) > base && Boolean(next.trim());
}

function indentOf(line) {
  return line.trim() ? line.length - line.trimStart().length : 0;
}

const table = {
  fits: (lines, at) => lines[at].includes("|") && TABLE_LINE.test(lines[at + 1] ?? "") && (lines[at + 1] ?? "").includes("-"),
  read(lines, at, rules) {
    let end = at + 2;
    while (end < lines.length && lines[end].includes("|")) end += 1;
    const row = (line, cell) => element("tr", {}, cells(line).map((each) => element(cell, {}, inline(each, rules))));
    const body = lines.slice(at + 2, end).map((line) => row(line, "td"));
    return [element("table", {}, element("thead", {}, row(lines[at], "th")), element("tbody", {}, body)), end];
  },
};

function cells(line) {
  return line.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((each) => each.trim().replace(/\\\|/g, "|"));
}

const paragraph = {
  read(lines, at, rules) {
    let end = at + 1;
    const stops = [fence, heading, rule, quote, list];
    while (end < lines.length && lines[end].trim() && !stops.some((each) => each.fits(lines, end))) end += 1;
    return [element("p", {}, inline(lines.slice(at, end).join("\n"), rules)), end];
  },
};
