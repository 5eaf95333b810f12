// Where one writes: text, a file, and the commands that the platform offers.

import { element } from "./markdown.js";

export class Composer {
  // `send({text, file, reply_to})` answers with an error to show, or nothing.
  constructor(form, label, send) {
    this.send = send;
    this.file = null;
    this.replyTo = null;
    this.field = element("textarea", { rows: 1, "aria-label": label, oninput: () => this.grow(), onkeydown: (event) => this.key(event) });
    this.picker = element("input", { type: "file", hidden: true, onchange: () => this.pick() });
    this.button = element("button", { title: "Send (Enter)", "aria-label": "Send" }, "➤");
    this.note = element("div", { class: "composer-note" });
    this.offers = element("div", { class: "offers", hidden: true });
    const clip = element("button", { type: "button", class: "clip", title: "Attach a file", "aria-label": "Attach a file", onclick: () => this.picker.click() }, "+");
    form.append(this.offers, this.note, clip, this.field, this.picker, this.button);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.commands = [];
    this.grow();
  }

  offer(commands) {
    this.commands = commands;
  }

  grow() {
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight}px`;
    this.button.disabled = !this.field.value.trim() && !this.file;
    this.showOffers();
  }

  showOffers() {
    const typed = this.field.value;
    const fitting = /^\/\S*$/.test(typed) ? this.commands.filter((each) => each.name.startsWith(typed) && each.name !== typed) : [];
    this.offers.hidden = !fitting.length;
    this.offers.replaceChildren(...fitting.map((each) =>
      element("button", { type: "button", onclick: () => this.take(each.name) }, element("b", {}, each.name), element("span", {}, each.description))));
  }

  take(name) {
    this.field.value = `${name} `;
    this.field.focus();
    this.grow();
  }

  key(event) {
    if (event.key === "Tab" && !this.offers.hidden) {
      event.preventDefault();
      this.offers.querySelector("button").click();
      return;
    }
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.button.form.requestSubmit();
  }

  pick() {
    this.file = this.picker.files[0] ?? null;
    this.picker.value = "";
    this.tell();
    this.grow();
  }

  reply(post) {
    this.replyTo = post;
    this.tell();
    this.field.focus();
  }

  tell(error = "") {
    const parts = [
      this.replyTo ? this.chip(`↩ ${this.replyTo.text.slice(0, 60)}`, () => (this.replyTo = null)) : null,
      this.file ? this.chip(`📄 ${this.file.name}`, () => (this.file = null)) : null,
      error ? element("span", { class: "failed" }, error) : null,
    ].filter(Boolean);
    this.note.replaceChildren(...parts);
  }

  chip(text, drop) {
    const remove = () => {
      drop();
      this.tell();
      this.grow();
    };
    return element("span", { class: "chip" }, text, element("button", { type: "button", "aria-label": "Remove", onclick: remove }, "✕"));
  }

  async submit() {
    const text = this.field.value;
    if (!text.trim() && !this.file) return;
    const asked = { text, reply_to: this.replyTo?.id, file: this.file ? await packed(this.file) : undefined };
    this.field.value = "";
    this.grow();
    const error = await this.send(asked);
    if (error) this.field.value = text;
    else this.file = this.replyTo = null;
    this.tell(error);
    this.grow();
  }
}

async function packed(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = "";
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return { name: file.name, type: file.type || "text/plain", content: btoa(binary) };
}
