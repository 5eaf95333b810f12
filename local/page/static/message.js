// One message as a node: who, when, what, files, buttons, reactions, and the way into its thread.

import { element } from "./markdown.js";
import { body } from "./text.js";

const EMOJI = { eyes: "👀", white_check_mark: "✅", x: "❌", warning: "⚠️", hourglass_flowing_sand: "⏳", thumbsup: "👍", "+1": "👍", robot_face: "🤖" };
const CLOSE_MINUTES = 5;

export function avatar(state, user) {
  if (user === state.bot.id) return element("span", { class: "avatar bot" }, "P");
  const index = state.people.findIndex((each) => each.id === user);
  return element("span", { class: `avatar a${Math.max(index, 0) % 4}` }, nameOf(state, user)[0]);
}

export function nameOf(state, user) {
  if (user === state.bot.id) return state.bot.name;
  return state.people.find((each) => each.id === user)?.name ?? user;
}

export function timeOf(at) {
  return new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

export function status(text) {
  const dots = element("span", { class: "dots" }, element("i"), element("i"), element("i"));
  return element("div", { class: "status" }, dots, text);
}

// `follows`: the same person's next words, shown without a face again.
export function follows(post, before) {
  const near = before && before.user === post.user && post.at - before.at < CLOSE_MINUTES * 60_000;
  return Boolean(near) && !post.command && before.only_for === post.only_for;
}

// `deeds`: what one may do to it: onThread, onAbout, onReply, onButton(button).
export function message(state, post, { before, replies, working, deeds = {}, me } = {}) {
  const what = element(
    "div",
    { class: "what" },
    head(state, post, deeds),
    post.quotes ? element("div", { class: "quotes" }, post.quotes) : null,
    content(state, post),
    files(post),
    buttons(post, deeds, me),
    post.edited ? element("span", { class: "edited" }, "(edited)") : null,
    reactions(post),
    replies?.length ? replyLink(state, replies, deeds.onThread) : null,
    working ? status(`${state.bot.name} ${working}`) : null,
  );
  const kinds = ["post", follows(post, before) ? "follows" : "", post.bot ? "by-bot" : "", post.user === me ? "mine" : "", post.only_for ? "only-for" : ""];
  return element("article", { class: kinds.filter(Boolean).join(" "), "data-id": post.id }, avatar(state, post.user), what);
}

function head(state, post, deeds) {
  const actions = [
    deeds.onThread ? action("Reply in thread", deeds.onThread) : null,
    deeds.onReply ? action("Reply", deeds.onReply) : null,
    deeds.onAbout && !post.only_for ? action("Ask agent", deeds.onAbout) : null,
  ];
  return [
    post.command ? element("div", { class: "command" }, "↱ used ", element("span", { class: "mention" }, post.command.slice(0, 160))) : null,
    element(
      "div",
      { class: "by" },
      element("b", {}, nameOf(state, post.user)),
      post.bot ? element("span", { class: "app" }, "APP") : null,
      element("time", {}, timeOf(post.at)),
      post.only_for ? element("span", { class: "muted" }, `only ${nameOf(state, post.only_for)} sees this`) : null,
      element("span", { class: "actions" }, actions),
    ),
  ];
}

function action(label, onclick) {
  return element("button", { type: "button", class: "action", onclick }, label);
}

function content(state, post) {
  if (post.thinking) return status(`${state.bot.name} is thinking…`);
  return element("div", { class: "body" }, body(post, (id) => nameOf(state, id)));
}

function files(post) {
  if (!post.files?.length) return null;
  const shown = post.files.map((each) =>
    element("a", { class: "file", href: each.url, download: each.name }, element("span", { class: "file-icon" }, "📄"),
      element("span", {}, element("b", {}, each.name), element("small", {}, sizeOf(each.size)))),
  );
  return element("div", { class: "files" }, shown);
}

function sizeOf(bytes) {
  return bytes < 1024 ? `${bytes} bytes` : `${(bytes / 1024).toFixed(1)} KB`;
}

function buttons(post, deeds, me) {
  if (!post.buttons?.length) return null;
  const disabled = Boolean(post.only_for && post.only_for !== me);
  return post.buttons.map((row) =>
    element("div", { class: "buttons" }, row.map((each) =>
      element("button", { type: "button", class: `button ${each.style}`, disabled: disabled || each.disabled, onclick: () => deeds.onButton?.(each) }, each.label))));
}

function reactions(post) {
  if (!post.reactions.length) return null;
  const shown = post.reactions.map((name) => element("span", { class: "reaction", title: name }, `${EMOJI[name] ?? (/^[\w+-]+$/.test(name) ? `:${name}:` : name)} 1`));
  return element("div", { class: "reactions" }, shown);
}

function replyLink(state, replies, onThread) {
  const who = [...new Set(replies.map((each) => each.user))].map((user) => avatar(state, user));
  const count = replies.length === 1 ? "1 reply" : `${replies.length} replies`;
  const last = element("span", { class: "muted" }, `last at ${timeOf(replies.at(-1).at)}`);
  return element("button", { type: "button", class: "replies", onclick: onThread }, who, count, last);
}
