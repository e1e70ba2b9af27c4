// Keeps the inbox page live: news come as server-sent events, markup always from the server.
"use strict";

const shown = new Map();
let newest = Math.max(0, ...[...document.querySelectorAll("[data-number]")].map((letter) => +letter.dataset.number));

for (const part of document.querySelectorAll("[data-live]")) shown.set(part.id, part.innerHTML);
enhance(document);
setInterval(countDown, 1000);
listen();

function listen() {
  const link = document.getElementById("link");
  const feed = new EventSource("/inbox/events");
  link.hidden = false;
  feed.onopen = () => { link.textContent = "live"; delete link.dataset.lost; refresh(); };
  feed.onerror = () => { link.textContent = "not connected"; link.dataset.lost = ""; };
  feed.addEventListener("world", refresh);
  feed.addEventListener("message", (event) => {
    announce(JSON.parse(event.data));
    refresh();
  });
}

function announce(message) {
  const kind = message.method === "sms" ? "Text message" : "Mail";
  const code = message.code ? `Code ${message.code.split("").join(" ")}` : message.text;
  document.getElementById("news").textContent = `${kind} for ${message.to}. ${code}`;
}

async function refresh() {
  const answer = await fetch("/").catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of page.querySelectorAll("[data-live]")) {
    if (shown.get(part.id) !== part.innerHTML) replace(document.getElementById(part.id), part);
  }
}

function replace(old, part) {
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  const open = [...old.querySelectorAll("details[open]")].map((details) => details.id);
  shown.set(part.id, part.innerHTML);
  old.innerHTML = part.innerHTML;
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  enhance(old);
  if (focused) document.getElementById(focused)?.focus();
}

function enhance(root) {
  for (const text of root.querySelectorAll("[data-copy]")) text.after(copyButton(text));
  for (const time of root.querySelectorAll("time")) time.textContent = new Date(time.dateTime).toLocaleTimeString();
  for (const form of root.querySelectorAll("form.switch")) form.addEventListener("submit", turn);
  for (const letter of root.querySelectorAll("[data-number]")) letter.classList.toggle("fresh", +letter.dataset.number > newest);
  for (const letter of root.querySelectorAll("[data-number]")) newest = Math.max(newest, +letter.dataset.number);
  countDown();
}

function copyButton(text) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "copy";
  button.setAttribute("aria-label", `Copy ${text.dataset.copy}`);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text.dataset.copy);
    button.textContent = "copied";
    setTimeout(() => { button.textContent = "copy"; }, 1500);
  });
  return button;
}

async function turn(event) {
  event.preventDefault();
  const { submitter, currentTarget: form } = event;
  await fetch(form.action, { method: "POST", body: new URLSearchParams({ manner: submitter.value }) });
  document.getElementById("news").textContent = `${form.querySelector("p").textContent}: ${submitter.value}`;
  refresh();
}

function countDown() {
  for (const line of document.querySelectorAll("[data-until]")) {
    const seconds = Math.max(0, Math.ceil((line.dataset.until - Date.now()) / 1000));
    line.querySelector("progress").value = seconds;
    line.querySelector("span").textContent = `${seconds} s left`;
  }
}
