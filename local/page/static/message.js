// One post of the workspace as a node: who, when, what, reactions, and the way into its thread.

import { element, inline, link, markdown } from "./markdown.js";

const EMOJI = { eyes: "👀", white_check_mark: "✅", x: "❌", warning: "⚠️", hourglass_flowing_sand: "⏳", thumbsup: "👍", "+1": "👍", robot_face: "🤖" };
const CLOSE_MINUTES = 5;

export function avatar(state, user) {
  if (user === state.bot) return element("span", { class: "avatar bot" }, "P");
  const index = state.people.findIndex((each) => each.id === user);
  return element("span", { class: `avatar a${Math.max(index, 0) % 3}` }, nameOf(state, user)[0]);
}

export function nameOf(state, user) {
  if (user === state.bot) return "Parley";
  return state.people.find((each) => each.id === user)?.name ?? user;
}

export function timeOf(ts) {
  return new Date(Number(ts) * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

export function status(text) {
  const dots = element("span", { class: "dots" }, element("i"), element("i"), element("i"));
  return element("div", { class: "status" }, dots, `Parley ${text}`);
}

// `follows`: the same person's next words, shown without a face again.
export function follows(post, before) {
  return Boolean(before) && before.user === post.user && Number(post.ts) - Number(before.ts) < CLOSE_MINUTES * 60;
}

export function message(state, post, { before, replies, onThread, working } = {}) {
  const by = element(
    "div",
    { class: "by" },
    element("b", {}, nameOf(state, post.user)),
    post.bot ? element("span", { class: "app" }, "APP") : null,
    element("time", {}, timeOf(post.ts)),
    onThread ? element("button", { class: "reply-action", onclick: onThread }, "Reply in thread") : null,
  );
  const what = element(
    "div",
    { class: "what" },
    by,
    element("div", { class: "body" }, body(state, post)),
    post.edited ? element("span", { class: "edited" }, "(edited)") : null,
    reactions(post),
    replies?.length ? replyLink(state, replies, onThread) : null,
    working ? status(working) : null,
  );
  return element("article", { class: follows(post, before) ? "post follows" : "post", "data-ts": post.ts }, avatar(state, post.user), what);
}

function reactions(post) {
  if (!post.reactions.length) return null;
  const shown = post.reactions.map((name) => element("span", { class: "reaction", title: `:${name}:` }, `${EMOJI[name] ?? `:${name}:`} 1`));
  return element("div", { class: "reactions" }, shown);
}

function replyLink(state, replies, onThread) {
  const who = [...new Set(replies.map((each) => each.user))].map((user) => avatar(state, user));
  const count = replies.length === 1 ? "1 reply" : `${replies.length} replies`;
  const last = element("span", { class: "muted" }, `last at ${timeOf(replies.at(-1).ts)}`);
  return element("button", { class: "replies", onclick: onThread }, who, count, last);
}

function body(state, post) {
  if (!post.blocks.length) return mrkdwn(state, post.text);
  return post.blocks.flatMap((block) => {
    if (block.type === "markdown") return markdown(block.text);
    if (block.type === "divider") return [element("hr")];
    if (block.type === "header") return [element("h3", {}, block.text?.text ?? "")];
    if (block.type === "context") return [element("p", { class: "muted" }, (block.elements ?? []).map((each) => each.text ?? "").join(" "))];
    return mrkdwn(state, block.text?.text ?? "");
  });
}

// Slack's own dialect: *bold*, _italic_, ~struck~, `code`, <links> and <@mentions>, and three escapes.
function mrkdwn(state, text) {
  const rules = [
    { at: /`([^`\n]+)`/, make: (m) => element("code", {}, unescaped(m[1])) },
    { at: /<@(\w+)(?:\|[^>]*)?>/, make: (m) => element("span", { class: "mention" }, `@${nameOf(state, m[1])}`) },
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
