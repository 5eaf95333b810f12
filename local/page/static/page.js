// The page: platforms and rooms on the left, messages in the middle, a thread and what happened on the right.

import { Composer } from "./composer.js";
import { knowToasts, showDialog, showToasts } from "./extras.js";
import { element } from "./markdown.js";
import { avatar, message, nameOf, status } from "./message.js";

const EXECUTIONS_EVERY = 1500; // milliseconds, while the panel is shown
const NAMES = { slack: "Slack", telegram: "Telegram", discord: "Discord" };
const SIGNS = { slack: "S", telegram: "T", discord: "D" };
const NOTES = {
  slack: { direct: "Write as you would to a colleague.", other: "Write @Parley to turn to the agent; in its threads it listens anyway." },
  telegram: { direct: "Write as you would to a friend.", other: "Write @Parley, or reply to it." },
  discord: { direct: "Write /ask; over HTTP, Discord tells a bot of commands only.", other: "Write /ask; over HTTP, Discord tells a bot of commands only." },
};
const get = (id) => document.getElementById(id);
const fromHash = (name) => new URLSearchParams(location.hash.slice(1)).get(name);
const view = { all: null, platform: "slack", places: {}, seen: {} };

async function load() {
  view.all = await (await fetch("/page/state")).json();
  if (!view.places.slack) begin();
  show();
}

function begin() {
  view.platform = fromHash("platform") in view.all ? fromHash("platform") : "slack";
  for (const [name, state] of Object.entries(view.all)) {
    const here = name === view.platform;
    knowToasts(state.toasts ?? []);
    const named = here && state.people.find((each) => each.name.toLowerCase() === fromHash("me")?.toLowerCase());
    const me = (named || state.people[0]).id;
    view.places[name] = { me, room: (here && fromHash("room")) || directOf(state, me).id, thread: (here && fromHash("thread")) || null };
  }
}

const state = () => view.all[view.platform];
const place = () => view.places[view.platform];
const directOf = (of, person) => of.rooms.find((each) => each.kind === "direct" && each.people.includes(person));
const roomNow = () => state().rooms.find((each) => each.id === place().room) ?? state().rooms[0];
const seenByMe = (post) => !post.only_for || post.only_for === place().me;
const postsOf = (room) => state().posts.filter((each) => each.room === room && seenByMe(each));
const repliesTo = (room, id) => postsOf(room).filter((each) => each.thread === id && each.id !== id);
const isRoot = (post) => !post.thread || post.thread === post.id;
const workingOn = (room, thread) => state().statuses.find((each) => each.room === room && each.thread === thread)?.text;

function show() {
  document.body.dataset.platform = view.platform;
  showPlatforms();
  showRooms();
  showRoom();
  showThread();
  showLog();
  showDialog(get("form"), (state().dialogs ?? []).find((each) => each.user === place().me), act);
  showToasts(get("toasts"), (state().toasts ?? []).filter((each) => each.user === place().me));
}

function showPlatforms() {
  const made = Object.keys(view.all).map((name) => {
    const news = name !== view.platform && view.all[name].posts.some((each) => each.bot && each.at > (view.seen[name] ?? 0));
    return element("button", { class: `platform ${name}${news ? " news" : ""}`, title: NAMES[name], "aria-label": NAMES[name], "aria-current": name === view.platform ? "true" : null, onclick: () => goTo(name) }, SIGNS[name]);
  });
  view.seen[view.platform] = Math.max(0, ...state().posts.map((each) => each.at));
  get("platforms").replaceChildren(...made);
  get("platform-name").textContent = NAMES[view.platform];
}

function goTo(name) {
  view.platform = name;
  get("executions").replaceChildren();
  show();
  composer.field.focus();
  showExecutions().catch(() => {});
}

function showRooms() {
  const rooms = state().rooms;
  const shared = rooms.filter((each) => each.kind !== "direct" && !each.parent && each.closed !== "moved");
  const listed = shared.flatMap((each) => [each, ...rooms.filter((room) => room.parent === each.id)]);
  const section = (title, of) => [element("h2", {}, title), element("ul", {}, of.map(roomButton))];
  get("rooms").replaceChildren(...section(view.platform === "telegram" ? "Groups" : "Channels", listed), ...section("Direct messages", [directOf(state(), place().me)]));
  if (get("me").dataset.of !== view.platform) {
    get("me").replaceChildren(...state().people.map((each) => new Option(each.name, each.id)));
    get("me").dataset.of = view.platform;
  }
  get("me").value = place().me;
  get("me-avatar").replaceChildren(avatar(state(), place().me));
}

function roomButton(room) {
  const last = postsOf(room.id).at(-1)?.at ?? 0;
  const key = `${view.platform} ${room.id}`;
  if (room.id === place().room) view.seen[key] = last;
  const unread = last > (view.seen[key] ?? 0);
  const sign = room.kind === "direct" ? element("span", { class: "dot" }) : element("span", { class: "sign" }, room.parent ? "└" : view.platform === "telegram" ? "👥" : "#");
  const attributes = { "aria-current": room.id === place().room ? "true" : null, class: `${unread ? "unread" : ""}${room.parent ? " inner" : ""}`, onclick: () => enter(room.id) };
  return element("li", {}, element("button", attributes, sign, room.name, room.closed ? element("span", { class: "archived" }, room.closed) : null));
}

function deedsOn(post) {
  const about = { platform: view.platform, user: place().me, room: post.room, post: post.id };
  return {
    onThread: view.platform === "slack" ? () => openThread(post.thread ?? post.id) : null,
    onReply: view.platform === "telegram" ? () => composer.reply(post) : null,
    onAbout: view.platform !== "telegram" ? () => act({ ...about, do: "about" }) : null,
    onButton: (button) => (button.url ? window.open(button.url, "_blank", "noopener") : act({ ...about, do: "click", button: button.id })),
  };
}

function showRoom() {
  const room = roomNow();
  const direct = room.kind === "direct";
  const parent = state().rooms.find((each) => each.id === room.parent);
  const sign = direct || view.platform === "telegram" ? "" : room.parent ? "🧵 " : "# ";
  get("room-name").textContent = `${sign}${parent ? `${parent.name} › ` : ""}${room.name}`;
  get("room-note").textContent = NOTES[view.platform][direct ? "direct" : "other"];
  composer.field.placeholder = room.closed ? `This room is ${room.closed}` : placeholder(room, direct);
  composer.field.disabled = Boolean(room.closed === "archived");
  composer.offer(state().commands);
  const roots = postsOf(room.id).filter(isRoot);
  const nodes = roots.map((post, index) =>
    message(state(), post, {
      before: repliesTo(room.id, roots[index - 1]?.id).length ? null : roots[index - 1],
      replies: repliesTo(room.id, post.id),
      working: workingOn(room.id, post.id),
      deeds: deedsOn(post),
      me: place().me,
    }),
  );
  fill(get("posts"), nodes.length ? nodes : [nothingYet(room)]);
  const working = workingOn(room.id, null);
  get("room-status").replaceChildren(...(working ? [status(`${state().bot.name} ${working}…`)] : []));
}

function placeholder(room, direct) {
  if (view.platform === "discord") return `Message ${direct ? "@Parley" : `#${room.name}`} (/ask …)`;
  return direct ? "Message Parley" : `Message ${room.name} (@Parley …)`;
}

function nothingYet(room) {
  const words = {
    slack: room.kind === "direct" ? "Ask anything. The answer comes right here." : "Mention @Parley and the answer comes in a thread.",
    telegram: room.kind === "direct" ? "Ask anything, or write / for the commands." : "Mention @Parley, and the answer comes as a reply.",
    discord: "Write /ask and your question, or /ask alone for a form.",
  };
  return element("div", { class: "empty" }, element("strong", {}, room.closed ? `This room is ${room.closed}` : "Nothing said here yet"), words[view.platform]);
}

function showThread() {
  const { room, thread } = place();
  const root = thread && postsOf(room).find((each) => each.id === thread);
  get("thread").hidden = !root;
  if (!root) return;
  const replies = repliesTo(room, thread);
  get("thread-note").textContent = roomNow().kind === "direct" ? "with Parley" : `#${roomNow().name}`;
  get("stop-session").hidden = !(state().sessions ?? []).some((each) => each.room === room && each.thread === thread);
  const count = replies.length === 1 ? "1 reply" : `${replies.length} replies`;
  const shown = (post, before) => message(state(), post, { before, deeds: { ...deedsOn(post), onThread: null }, me: place().me });
  const nodes = [shown(root), element("div", { class: "divider" }, replies.length ? count : "No replies yet")];
  replies.forEach((post, index) => nodes.push(shown(post, replies[index - 1])));
  const working = workingOn(room, thread);
  if (working) nodes.push(status(`${state().bot.name} ${working}`));
  fill(get("thread-posts"), nodes);
  threadComposer.grow();
}

// Keeps the reader's place, or the end of the talk if that is where the reader is.
function fill(box, nodes) {
  const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
  const top = box.scrollTop;
  box.replaceChildren(...nodes);
  box.scrollTop = atEnd ? box.scrollHeight : top;
}

function showLog() {
  const lines = state().log.map((line) => {
    const webhook = line.kind === "webhook";
    const good = webhook ? line.status >= 200 && line.status < 300 : !line.error;
    const result = webhook ? `${line.status || "no answer"} · ${line.ms} ms` : (line.error ?? "ok");
    const name = line.attempt ? `retry ${line.attempt} · ${line.what}` : shortened(line.what);
    const at = new Date(line.at).toLocaleTimeString([], { hour12: false });
    return element("li", { title: `${at} ${line.what} ${line.room ?? ""}` }, element("span", { class: "way" }, webhook ? "→" : "←"),
      element("span", { class: "name" }, name), element("span", { class: good ? "time" : "failed" }, result));
  });
  get("lines").replaceChildren(...(lines.length ? lines : [element("li", { class: "none" }, "Nothing yet")]));
  get("lines").parentElement.scrollTop = get("lines").parentElement.scrollHeight;
}

// Discord's endpoints without what only a machine wants to read.
const shortened = (what) => what.replace("/webhooks/{application}/{token}", "…").replace(/\{(\w)\w*\}/g, "$1");

async function showExecutions() {
  if (get("log").hidden || document.hidden || !view.all) return;
  const running = await (await fetch("/page/executions")).json();
  const kind = (each) => (each.status === "RUNNING" ? "running" : each.status === "SUCCEEDED" ? "ok" : "failed");
  const rows = running.map((each) => element("li", { title: `${each.conversation} · ${each.name}` }, element("span", { class: "name" }, conversationName(each.conversation)),
    element("span", { class: kind(each) }, each.status.toLowerCase())));
  get("executions").replaceChildren(...(rows.length ? rows : [element("li", { class: "none" }, "None yet")]));
}

// slack:dm:U1 -> Ada, slack:thread:C1:ts -> #dev, thread; anything else as it is.
function conversationName(key) {
  const [platform, kind, id, inner] = key.split(":");
  const of = view.all[platform];
  const room = of?.rooms.find((each) => each.id === `${id}:${inner}`) ?? of?.rooms.find((each) => each.id === (inner ?? id)) ?? of?.rooms.find((each) => each.id === id);
  const named = kind === "dm" && of ? `${nameOf(of, id)}, direct` : room ? `${room.name}${kind === "thread" && !room.parent ? ", thread" : ""}` : key;
  return of ? `${NAMES[platform]} · ${named}` : named;
}

function enter(room) {
  Object.assign(place(), { room, thread: null });
  show();
  composer.field.focus();
}

function openThread(id) {
  place().thread = id;
  show();
  threadComposer.field.focus();
}

// Answers with an error to show, or what was done.
async function act(asked) {
  const body = JSON.stringify({ platform: view.platform, user: place().me, ...asked });
  const response = await fetch("/page/act", { method: "POST", headers: { "Content-Type": "application/json" }, body });
  const answer = await response.json();
  await load();
  return answer;
}

async function say(asked, thread) {
  const before = roomNow();
  const done = await act({ do: "say", room: before.id, thread, ...asked });
  // In a Slack channel the answer will be in the message's thread.
  if (!done.error && view.platform === "slack" && !thread && before.kind !== "direct" && asked.text.includes("@Parley")) openThread(done.id);
  return done.error;
}

const composer = new Composer(get("composer"), "Message", (asked) => say(asked, null));
const threadComposer = new Composer(get("thread-composer"), "Reply", (asked) => say(asked, place().thread));
threadComposer.field.placeholder = "Reply…";
get("close-thread").addEventListener("click", () => { place().thread = null; show(); });
get("stop-session").addEventListener("click", () => act({ do: "stop", room: place().room, thread: place().thread }));
get("toggle-log").addEventListener("click", (event) => {
  get("log").hidden = !get("log").hidden;
  event.target.setAttribute("aria-pressed", String(!get("log").hidden));
});
get("me").addEventListener("change", (event) => {
  const direct = roomNow().kind === "direct";
  place().me = event.target.value;
  if (direct) place().room = directOf(state(), place().me).id;
  place().thread = null;
  show();
});

// One load at a time; changes that come meanwhile make one more.
let loading = null;
let again = false;
async function refresh() {
  if (loading) { again = true; return; }
  loading = load().catch((error) => console.error(error));
  await loading;
  loading = null;
  if (again) { again = false; refresh(); }
}

new EventSource("/page/changes").addEventListener("message", refresh);
setInterval(() => showExecutions().catch(() => {}), EXECUTIONS_EVERY);
showExecutions().catch(() => {});
