// The triage page: new things arrive without moving what is under the hand, several tickets are chosen and acted on.
(() => {
  const lanes = () => document.getElementById("lanes");
  if (!lanes()) return;
  const AT_MOST_EVERY = 700, POINTER_RESTS = 8_000, KEYS_REST = 4_000;
  const news = document.getElementById("news");
  const rows = () => [...lanes().querySelectorAll("[data-row]")];
  const rowOf = (element) => element?.closest?.("[data-row]");

  // -- what changes ------------------------------------------------------------------------------------------------

  let waiting = null, asking = false, again = false, asked = 0;
  let pointerAt = 0, inside = false, keyAt = 0;

  document.addEventListener("pointermove", (event) => { inside = Boolean(event.target.closest?.("#lanes")); if (inside) pointerAt = Date.now(); });
  document.addEventListener("pointerleave", () => { inside = false; });
  document.addEventListener("keydown", () => { keyAt = Date.now(); });
  const held = () => chosen.size > 0
    || (inside && Date.now() - pointerAt < POINTER_RESTS)
    || (lanes().contains(document.activeElement) && Date.now() - keyAt < KEYS_REST);

  // How many rows each lane shows, so that those asked for with "more" stay.
  const shown = () => [...lanes().querySelectorAll(".rows")].map((list) => `${list.id.slice(5)}:${list.querySelectorAll("[data-row]").length}`).join(",");

  const ask = async () => {
    if (asking) { again = true; return; }
    asking = true;
    const wait = asked + AT_MOST_EVERY - Date.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    asked = Date.now();
    again = false;
    try {
      const address = lanes().dataset.board;
      const answer = await fetch(`${address}${address.includes("?") ? "&" : "?"}rows=${shown()}`, { headers: { "HX-Request": "true" } });
      if (answer.redirected || answer.status === 401) location.reload();
      else if (answer.ok) arrive(await answer.text());
    } catch { /* live.js says that nothing is live, and asks again */ }
    asking = false;
    if (again) ask();
  };
  document.body.addEventListener("live:triage", ask);

  const arrive = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const tabs = page.getElementById("tabs");
    document.querySelectorAll("#tabs .count").forEach((count, place) => { count.textContent = tabs.querySelectorAll(".count")[place].textContent; });
    waiting = page.getElementById("lanes");
    if (held()) keepInPlace();
    else show();
  };

  // What is on the page changes where it stands; what is new waits until it may move things.
  const keepInPlace = () => {
    const fresh = new Map([...waiting.querySelectorAll("[data-row]")].map((row) => [row.dataset.row, row]));
    let moved = 0;
    for (const row of rows()) {
      const now = fresh.get(row.dataset.row);
      fresh.delete(row.dataset.row);
      row.classList.toggle("left", !now);
      if (!now) { moved += 1; continue; }
      if (now.closest(".rows").id !== row.closest(".rows").id) moved += 1;
      if (row.contains(document.activeElement)) continue;
      const before = row.querySelector("[data-pick]")?.checked;
      const copy = document.importNode(now, true);
      if (before) { copy.querySelector("[data-pick]").checked = true; copy.classList.add("chosen"); }
      row.replaceWith(copy);
      htmx.process(copy);
    }
    const said = [fresh.size && text(news, "new", fresh.size), moved && text(news, "moved", moved)].filter(Boolean);
    news.textContent = said.join(", ");
    news.hidden = !said.length;
  };
  const text = (element, name, number) => element.dataset[number === 1 ? `${name}One` : name].replace("{n}", number);

  const show = () => {
    if (!waiting) return;
    const focused = lanes().contains(document.activeElement) ? document.activeElement.id : "";
    const anchor = document.getElementById(focused) || rows().find((row) => row.getBoundingClientRect().top > 60)?.querySelector("[data-row-link]");
    const top = anchor?.getBoundingClientRect().top;
    const atTop = scrollY < 80;
    const fresh = document.importNode(waiting, true);
    const known = new Set(rows().map((row) => row.dataset.row));
    waiting = null;
    news.hidden = true;
    lanes().replaceWith(fresh);
    htmx.process(fresh);
    for (const row of rows()) {
      if (!known.has(row.dataset.row)) row.classList.add("arrived");
      if (chosen.has(row.dataset.row)) row.querySelector("[data-pick]").checked = true;
    }
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    const moved = anchor && document.getElementById(anchor.id);
    if (moved && (focused || !atTop)) scrollBy(0, moved.getBoundingClientRect().top - top);
    count();
  };
  news.addEventListener("click", () => { show(); rows()[0]?.querySelector("[data-row-link]").focus(); });
  setInterval(() => { if (waiting && !held()) show(); }, 1_000);

  // A filter holds as soon as it is chosen.
  const filters = document.getElementById("filters");
  filters.classList.add("scripted");
  filters.addEventListener("change", (event) => { if (event.target.matches("select")) filters.requestSubmit(); });

  // -- choosing ----------------------------------------------------------------------------------------------------

  const bar = document.getElementById("bulk");
  const chosen = new Set();
  let last = null;

  const count = () => {
    const there = new Set(rows().map((row) => row.dataset.row));
    for (const number of chosen) if (!there.has(number)) chosen.delete(number);
    for (const row of rows()) {
      const on = chosen.has(row.dataset.row);
      row.classList.toggle("chosen", on);
      const box = row.querySelector("[data-pick]");
      if (box) box.checked = on;
    }
    for (const all of lanes().querySelectorAll("[data-pick-all]")) {
      const boxes = [...all.closest(".lane").querySelectorAll("[data-pick]")];
      const on = boxes.filter((box) => box.checked).length;
      all.checked = on > 0 && on === boxes.length;
      all.indeterminate = on > 0 && on < boxes.length;
    }
    if (!bar) return;
    bar.hidden = chosen.size === 0;
    bar.querySelector(".chosen").textContent = text(bar, "chosen", chosen.size);
  };
  const choose = (row, on, range) => {
    const all = rows();
    const from = range && last ? all.findIndex((each) => each.dataset.row === last) : -1;
    const to = all.indexOf(row);
    const [first, final] = from < 0 ? [to, to] : [Math.min(from, to), Math.max(from, to)];
    for (const each of all.slice(first, final + 1)) {
      if (on) chosen.add(each.dataset.row);
      else chosen.delete(each.dataset.row);
    }
    last = row.dataset.row;
    count();
  };
  const clear = () => { chosen.clear(); last = null; count(); };

  document.addEventListener("click", (event) => {
    const box = event.target.closest?.("[data-pick]");
    if (box) choose(rowOf(box), box.checked, event.shiftKey);
    const all = event.target.closest?.("[data-pick-all]");
    if (all) {
      for (const each of all.closest(".lane").querySelectorAll("[data-row]")) {
        if (all.checked) chosen.add(each.dataset.row);
        else chosen.delete(each.dataset.row);
      }
      count();
    }
    if (event.target.closest?.("[data-clear]")) clear();
    event.target.closest?.("[data-close]")?.closest(".message").remove();
    const opener = event.target.closest?.("[data-do]");
    if (opener) start(opener.dataset.do);
  });

  // -- acting ------------------------------------------------------------------------------------------------------

  let target = [];
  const here = () => rowOf(document.activeElement);
  const aimed = () => (chosen.size ? [...chosen] : here() ? [here().dataset.row] : []);

  const start = (action) => {
    target = aimed();
    if (!target.length) return;
    const dialog = document.getElementById(`do-${action}`);
    if (!dialog) { send(new URLSearchParams({ action })); return; }
    dialog.querySelector(".of").textContent = target.length === 1 ? `#${target[0]}` : text(bar, "chosen", target.length);
    dialog.showModal();
    dialog.querySelector("select, input:not([type=hidden]), textarea, button.primary")?.focus();
  };
  document.addEventListener("submit", (event) => {
    const form = event.target.closest?.("dialog.doing form");
    if (!form) return;
    event.preventDefault();
    const given = new URLSearchParams(new FormData(form, event.submitter));
    form.closest("dialog").close();
    if (event.submitter?.value !== "cancel") send(given);
  });

  const send = async (given) => {
    for (const number of target) given.append("number", number);
    const headers = { "HX-Request": "true", "X-CSRFToken": JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"] };
    bar?.classList.add("busy");
    try {
      const answer = await fetch("/triage/act", { method: "POST", body: given, headers });
      if (!answer.ok) {
        document.dispatchEvent(new CustomEvent("htmx:responseError", { detail: { requestConfig: { verb: "post" }, xhr: answer } }));
        bar?.classList.remove("busy");
        return;
      }
      messages.innerHTML = await answer.text();
      htmx.process(messages);
      clear();
      ask();
    } catch {
      document.dispatchEvent(new CustomEvent("htmx:sendError", { detail: { requestConfig: { verb: "post" }, xhr: {} } }));
    }
    bar?.classList.remove("busy");
  };

  // What was only said goes by itself; what can be undone or must be read stays until it is closed.
  const SAID = 10_000;
  const messages = document.getElementById("messages");
  new MutationObserver(() => {
    for (const each of messages.querySelectorAll(".message:not(.outcome, .error, .warning)"))
      setTimeout(() => each.remove(), SAID);
  }).observe(messages, { childList: true });

  const open = (key) => { const link = here()?.querySelector("[data-row-link]"); if (link) location.assign(`${link.href}#do-${key}`); };
  const keys = {
    x: (event) => { const row = here(); if (row && bar) choose(row, !chosen.has(row.dataset.row), event.shiftKey); },
    c: () => start("claim"), a: () => start("assign"), p: () => start("priority"), s: () => start("snooze"),
    r: () => open("r"), e: () => (chosen.size > 1 ? start("escalate") : open("e")), n: () => open("n"),
  };
  document.body.addEventListener("desk:key", (event) => {
    const { key, pressed } = event.detail;
    if (key === "Escape" && chosen.size) { event.preventDefault(); clear(); return; }
    const does = keys[key.toLowerCase()];
    if (!does || (key !== "x" && key !== "X" && !aimed().length)) return;
    if (!bar && !["r", "e", "n"].includes(key)) return;
    event.preventDefault();
    does(pressed);
  });

  document.addEventListener("htmx:afterSettle", (event) => { if (event.target.closest?.("#lanes")) count(); });
  document.addEventListener("htmx:afterRequest", (event) => { if (event.target.closest?.("#lanes form, #messages form")) ask(); });
  count();
})();
