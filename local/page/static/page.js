// The page: rooms on the left, posts in the middle, a thread and what happened on the right.

import { element } from "./markdown.js";
import { avatar, message, nameOf, status } from "./message.js";

const EXECUTIONS_EVERY = 1500; // milliseconds, while the panel is shown
const get = (id) => document.getElementById(id);
const view = { state: null, me: null, room: null, thread: null, seen: {} };

async function load() {
  const response = await fetch("/page/state");
  view.state = await response.json();
  view.me ??= fromHash("me") ?? view.state.people[0].id;
  view.room ??= fromHash("room") ?? directOf(view.me).id;
  view.thread ??= fromHash("thread");
  show();
}

const fromHash = (name) => new URLSearchParams(location.hash.slice(1)).get(name);
const directOf = (person) => view.state.rooms.find((each) => each.kind === "im" && each.people.includes(person));
const roomNow = () => view.state.rooms.find((each) => each.id === view.room);
const postsOf = (room) => view.state.posts.filter((each) => each.room === room);
const repliesTo = (room, ts) => postsOf(room).filter((each) => each.thread === ts && each.ts !== ts);
const isRoot = (post) => !post.thread || post.thread === post.ts;
const workingOn = (room, ts) => view.state.statuses.find((each) => each.room === room && each.thread_ts === ts)?.text;

function show() {
  showSidebar();
  showRoom();
  showThread();
  showLog();
}

function showSidebar() {
  const button = (room, sign) => {
    const last = postsOf(room.id).at(-1)?.ts ?? "";
    if (room.id === view.room) view.seen[room.id] = last;
    const unread = last > (view.seen[room.id] ?? "");
    const attributes = { "aria-current": room.id === view.room ? "true" : null, class: unread ? "unread" : null, onclick: () => enter(room.id) };
    return element("li", {}, element("button", attributes, sign, room.name, room.archived ? element("span", { class: "archived" }, "archived") : null));
  };
  const channels = view.state.rooms.filter((each) => each.kind === "channel");
  get("channels").replaceChildren(...channels.map((each) => button(each, element("span", { class: "sign" }, "#"))));
  get("directs").replaceChildren(button(directOf(view.me), element("span", { class: "dot" })));
  if (!get("me").options.length) get("me").append(...view.state.people.map((each) => new Option(each.name, each.id)));
  get("me").value = view.me;
  get("me-avatar").replaceChildren(avatar(view.state, view.me));
}

function showRoom() {
  const room = roomNow();
  const direct = room.kind === "im";
  get("room-name").textContent = direct ? room.name : `# ${room.name}`;
  get("room-note").textContent = direct ? "Write as you would to a colleague." : "Write @Parley to turn to the agent; in its threads it listens anyway.";
  const draft = get("draft");
  draft.placeholder = room.archived ? "This channel is archived" : direct ? "Message Parley" : `Message #${room.name} (@Parley …)`;
  draft.disabled = room.archived;
  const roots = postsOf(room.id).filter(isRoot);
  const nodes = roots.map((post, index) =>
    message(view.state, post, {
      before: repliesTo(room.id, roots[index - 1]?.ts).length ? null : roots[index - 1],
      replies: repliesTo(room.id, post.ts),
      onThread: () => openThread(post.ts),
      working: workingOn(room.id, post.ts),
    }),
  );
  fill(get("posts"), nodes.length ? nodes : [nothingYet(room)]);
}

function nothingYet(room) {
  const words = room.kind === "im" ? "Ask anything. The answer comes right here." : "Mention @Parley and the answer comes in a thread.";
  return element("div", { class: "empty" }, element("strong", {}, room.archived ? "An archived channel" : "Nothing said here yet"), words);
}

function showThread() {
  const root = view.thread && postsOf(view.room).find((each) => each.ts === view.thread);
  get("thread").hidden = !root;
  if (!root) return;
  const replies = repliesTo(view.room, view.thread);
  get("thread-note").textContent = roomNow().kind === "im" ? "with Parley" : `#${roomNow().name}`;
  const count = replies.length === 1 ? "1 reply" : `${replies.length} replies`;
  const nodes = [message(view.state, root), element("div", { class: "divider" }, replies.length ? count : "No replies yet")];
  replies.forEach((post, index) => nodes.push(message(view.state, post, { before: replies[index - 1] })));
  const working = workingOn(view.room, view.thread);
  if (working) nodes.push(status(working));
  fill(get("thread-posts"), nodes);
  grow(get("thread-draft"));
}

// Keeps the reader's place, or the end of the talk if that is where the reader is.
function fill(box, nodes) {
  const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
  const top = box.scrollTop;
  box.replaceChildren(...nodes);
  box.scrollTop = atEnd ? box.scrollHeight : top;
}

function showLog() {
  const lines = view.state.log.map((line) => {
    const webhook = line.kind === "webhook";
    const good = webhook ? line.status >= 200 && line.status < 300 : !line.error && line.status === 200;
    const result = webhook ? `${line.status || "no answer"} · ${line.ms} ms` : (line.error ?? "ok");
    const name = line.attempt ? `retry ${line.attempt} · ${line.what}` : line.what;
    const at = new Date(line.at).toLocaleTimeString([], { hour12: false });
    return element("li", { title: `${at} ${line.room ?? ""}` }, element("span", { class: "way" }, webhook ? "→" : "←"),
      element("span", { class: "name" }, name), element("span", { class: good ? "time" : "failed" }, result));
  });
  fill(get("lines").parentElement, [get("lines").previousElementSibling, get("lines")]);
  get("lines").replaceChildren(...(lines.length ? lines : [element("li", { class: "none" }, "Nothing yet")]));
  get("lines").parentElement.scrollTop = get("lines").parentElement.scrollHeight;
}

async function showExecutions() {
  if (get("log").hidden || document.hidden) return;
  const running = await (await fetch("/page/executions")).json();
  const kind = (each) => (each.status === "RUNNING" ? "running" : each.status === "SUCCEEDED" ? "ok" : "failed");
  const rows = running.map((each) => element("li", { title: `${each.conversation} · ${each.name}` }, element("span", { class: "name" }, conversationName(each.conversation)),
    element("span", { class: kind(each) }, each.status.toLowerCase())));
  get("executions").replaceChildren(...(rows.length ? rows : [element("li", { class: "none" }, "None yet")]));
}

// slack:dm:U1 -> Ada, slack:thread:C1:ts -> #dev, thread; anything else as it is.
function conversationName(key) {
  const [, kind, id] = key.split(":");
  const room = view.state?.rooms.find((each) => each.id === id);
  if (kind === "dm") return `${nameOf(view.state, id)}, direct`;
  return room ? `#${room.name}${kind === "thread" ? ", thread" : ""}` : key;
}

function enter(room) {
  view.room = room;
  view.thread = null;
  show();
  get("draft").focus();
}

function openThread(ts) {
  view.thread = ts;
  show();
  get("thread-draft").focus();
}

async function send(field, thread) {
  const text = field.value;
  if (!text.trim()) return;
  field.value = "";
  grow(field);
  const body = JSON.stringify({ user: view.me, room: view.room, text, thread_ts: thread });
  const response = await fetch("/page/send", { method: "POST", headers: { "Content-Type": "application/json" }, body });
  if (!response.ok) {
    field.value = text;
    return;
  }
  // In a channel the answer will be in the message's thread.
  const sent = await response.json();
  if (!thread && roomNow().kind !== "im" && text.includes("@Parley")) view.thread = sent.ts;
  await load();
}

function grow(field) {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
  field.form.querySelector("button").disabled = !field.value.trim();
}

function composer(form, field, thread) {
  field.addEventListener("input", () => grow(field));
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(field, thread());
  });
  grow(field);
}

composer(get("composer"), get("draft"), () => null);
composer(get("thread-composer"), get("thread-draft"), () => view.thread);
get("close-thread").addEventListener("click", () => { view.thread = null; show(); });
get("toggle-log").addEventListener("click", (event) => {
  get("log").hidden = !get("log").hidden;
  event.target.setAttribute("aria-pressed", String(!get("log").hidden));
});
get("me").addEventListener("change", (event) => {
  view.me = event.target.value;
  if (roomNow().kind === "im") view.room = directOf(view.me).id;
  view.thread = null;
  document.title = `Parley · ${nameOf(view.state, view.me)}`;
  show();
});

// One load at a time; changes that come meanwhile make one more.
let loading = null;
let again = false;
async function refresh() {
  if (loading) { again = true; return; }
  loading = load().catch(() => {});
  await loading;
  loading = null;
  if (again) { again = false; refresh(); }
}

new EventSource("/page/changes").addEventListener("message", refresh);
setInterval(() => showExecutions().catch(() => {}), EXECUTIONS_EVERY);
showExecutions().catch(() => {});
