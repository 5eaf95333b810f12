// What stands over the page for a while: Discord's forms, and short words to one person.

import { element } from "./markdown.js";

const TOAST_MS = 6000;
const shownToasts = new Set();

export function showDialog(dialog, form, act) {
  if (!form) {
    if (dialog.open) dialog.close();
    delete dialog.dataset.id;
    return;
  }
  if (dialog.dataset.id === form.id) return;
  dialog.dataset.id = form.id;
  const fields = form.fields.map((each) => [each, element(each.long ? "textarea" : "input", { rows: 8, maxlength: each.most, required: each.required })]);
  const send = (event) => {
    event.preventDefault();
    const values = Object.fromEntries(fields.map(([each, input]) => [each.id, input.value]));
    act({ do: "submit", dialog: form.id, values });
  };
  const cancel = () => act({ do: "dismiss", dialog: form.id });
  dialog.oncancel = cancel;
  dialog.replaceChildren(
    element("form", { method: "dialog", onsubmit: send },
      element("h2", { id: "form-title" }, form.title),
      fields.map(([each, input]) => element("label", {}, each.label, input)),
      element("footer", {}, element("button", { type: "button", class: "button", onclick: cancel }, "Cancel"), element("button", { class: "button main" }, "Submit"))),
  );
  if (!dialog.open) dialog.showModal();
}

// Those that were said before the page was opened.
export function knowToasts(toasts) {
  for (const each of toasts) shownToasts.add(each.id);
}

export function showToasts(box, toasts) {
  for (const each of toasts) {
    if (shownToasts.has(each.id)) continue;
    shownToasts.add(each.id);
    const toast = element("div", { class: "toast" }, each.text);
    box.append(toast);
    setTimeout(() => toast.remove(), TOAST_MS);
  }
}
