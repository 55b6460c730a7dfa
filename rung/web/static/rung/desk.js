// Counts the seconds, keeps what is being typed, and answers to keys. Every page works without it.
(() => {
  const MINUTE = 60, HOUR = 3600, DAY = 86400, ANSWERED = 15_000;

  // The same words as `until` in templatetags/desk.py.
  const until = (milliseconds) => {
    const seconds = Math.trunc(Math.abs(milliseconds) / 1000);
    const sign = milliseconds < 0 ? "−" : "";
    const two = (number) => String(number).padStart(2, "0");
    if (seconds < HOUR) return `${sign}${Math.trunc(seconds / MINUTE)}:${two(seconds % MINUTE)}`;
    if (seconds < DAY) return `${sign}${Math.trunc(seconds / HOUR)} h ${two(Math.trunc((seconds % HOUR) / MINUTE))} min`;
    return `${sign}${Math.trunc(seconds / DAY)} d ${Math.trunc((seconds % DAY) / HOUR)} h`;
  };

  // As `roughly` there.
  const roughly = (milliseconds) => {
    const seconds = Math.trunc(Math.abs(milliseconds) / 1000);
    const unit = [[DAY, "d"], [HOUR, "h"], [MINUTE, "min"]].find(([size]) => seconds >= size);
    return unit ? `${Math.trunc(seconds / unit[0])} ${unit[1]}` : `${seconds} s`;
  };

  // On a sample day another clock rules: [when it began, the moment it began at, its last moment, how fast].
  const sample = document.body.dataset.sample?.split(" ").map(Number);
  if (sample && !sample[0]) sample[0] = Date.now();
  const clock = () => sample ? Math.min(sample[2], sample[1] + (Date.now() - sample[0]) * sample[3]) : Date.now();

  const tick = () => {
    const now = clock();
    if (sample) for (const each of document.querySelectorAll(".sample-clock")) each.textContent = new Date(now).toISOString().slice(11, 16);
    for (const each of document.querySelectorAll("time.countdown, time.since")) {
      const left = Date.parse(each.dateTime) - now;
      const shown = each.matches(".since") ? roughly(left) : until(left);
      if (each.textContent !== shown) each.textContent = shown;
      if (each.matches(".countdown")) {
        each.classList.toggle("late", left < 0);
        each.classList.toggle("soon", left >= 0 && left < 15 * MINUTE * 1000);
      }
    }
  };
  setInterval(tick, 1000);

  // A part of the page that somebody is writing in is left alone until they are done.
  const typed = (field) => field.type === "hidden" ? false : field.type === "checkbox" ? field.checked !== field.defaultChecked
    : field.tagName === "SELECT" ? [...field.options].some((option) => option.selected !== option.defaultSelected) && field.matches(":focus")
    : field.value !== field.defaultValue;
  const busy = (part) => part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")
    || [...part.querySelectorAll("textarea, input, select")].some(typed);
  const sent = new Set();
  // While a form is on its way its buttons wait: pressed twice it is sent once.
  const wait = (form, waits) => form.querySelectorAll("button").forEach((button) => { button.disabled = waits; });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.target.closest("form");
    if (form) { sent.add(form); wait(form, true); }
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest?.("form");
    if (form) { sent.delete(form); wait(form, false); }
  });
  // A form that leads to another page is sent once too: the second press would cost the answer to the first, such as a
  // key that is shown once. Its buttons stay as they are, for the one pressed says what to do.
  const leaving = new Set();
  const free = (form) => { leaving.delete(form); form.removeAttribute("aria-busy"); };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.getAttribute("method")?.toLowerCase() !== "post") return;
    if (leaving.has(form)) { event.preventDefault(); return; }
    leaving.add(form);
    form.setAttribute("aria-busy", "true");
    setTimeout(free, ANSWERED, form); // a download leaves the page where it is
  });
  // Back from the other page, which the browser has kept as it was left.
  addEventListener("pageshow", () => leaving.forEach(free));
  // Whose answer is being put in: a form that waits for its own must not be taken out of the page by another's.
  let answered = null;
  document.addEventListener("htmx:beforeSwap", (event) => { answered = event.detail.requestConfig?.elt?.closest("form") || null; });
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const part = event.detail.target;
    const own = [...sent].find((form) => part.contains(form));
    if (own && own !== answered) { event.detail.shouldSwap = false; return; }
    if (!["acts", "compose", "workflows"].includes(part.id)) return;
    if (!own || (part.id === "acts" && busyElsewhere(part, own))) {
      if (busy(part)) { event.detail.shouldSwap = false; return; }
      reopen(part, event.detail.fragment);
    }
    // Of those with one name only one may be open: the old ones make room, or the browser would close the new one.
    part.querySelectorAll("details[name]").forEach((each) => { each.open = false; });
  });
  const busyElsewhere = (part, form) =>
    [...part.querySelectorAll("textarea, input")].some((field) => !form.contains(field) && typed(field));
  // What was unfolded stays unfolded.
  const reopen = (part, fragment) => {
    const open = [...part.querySelectorAll("details")].map((each) => each.open);
    fragment.querySelectorAll?.("details").forEach((each, place) => { if (open[place]) each.open = true; });
  };
  document.addEventListener("htmx:afterSettle", tick);

  // What was written and not sent is still there after the page is loaded again.
  const drafts = () => document.querySelectorAll("[data-draft]");
  const restore = () => drafts().forEach((field) => {
    const kept = sessionStorage.getItem(field.dataset.draft);
    if (kept && !field.value) field.value = kept;
  });
  document.addEventListener("input", (event) => {
    if (event.target.dataset?.draft) sessionStorage.setItem(event.target.dataset.draft, event.target.value);
  });
  document.addEventListener("submit", (event) => {
    event.target.querySelectorAll("[data-draft]").forEach((field) => sessionStorage.removeItem(field.dataset.draft));
  });
  restore();

  // What a common request asks for is seen in its answer while it is typed.
  document.addEventListener("input", (event) => {
    const name = event.target.dataset?.fills;
    if (!name) return;
    for (const gap of event.target.closest("form").querySelectorAll(`[data-gap="${CSS.escape(name)}"]`)) {
      gap.textContent = event.target.value || gap.dataset.empty;
      gap.classList.toggle("filled", Boolean(event.target.value));
    }
  });

  // What is said stays under the bar, wherever on the page the reader is, until they have gone a screen further.
  let saidAt = 0;
  const follow = () => document.getElementById("messages")?.classList.toggle("left", Math.abs(scrollY - saidAt) > innerHeight);
  const heard = () => { saidAt = scrollY; follow(); };
  document.addEventListener("htmx:oobAfterSwap", (event) => { if (event.detail.target.id === "messages") heard(); });
  addEventListener("scroll", follow, { passive: true });

  // What did not arrive is said where answers appear; what was written stays where it is.
  const failed = (event) => {
    const box = document.getElementById("messages");
    const isOut = event.detail.xhr?.status === 401;
    if (!box?.dataset.failed || (event.detail.requestConfig?.verb === "get" && !isOut)) return;
    const said = document.createElement("p");
    said.className = "message error";
    const arrived = event.type !== "htmx:sendError" && event.detail.xhr.status < 500;
    said.textContent = isOut ? box.dataset.out : arrived ? box.dataset.refused : box.dataset.failed;
    if (isOut) {
      const enter = document.createElement("a");
      enter.href = location.pathname + location.search;
      enter.textContent = box.dataset.enter;
      said.append(" ", enter);
    }
    drafts().forEach((field) => { if (field.value) sessionStorage.setItem(field.dataset.draft, field.value); });
    box.replaceChildren(said);
    heard();
  };
  document.addEventListener("htmx:sendError", failed);
  document.addEventListener("htmx:responseError", failed);

  // The policy's text: a finding leads to its line (studio.js has the rest).
  const text = document.getElementById("policy-text");
  if (text) {
    document.addEventListener("click", (event) => {
      const line = Number(event.target.closest?.("[data-line]")?.dataset.line);
      if (!line) return;
      event.preventDefault();
      const lines = text.value.split("\n");
      const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
      text.focus();
      text.setSelectionRange(start, start + (lines[line - 1] || "").length);
      text.scrollTop = (line - 8) * parseFloat(getComputedStyle(text).lineHeight);
    });
    text.addEventListener("keydown", (event) => {
      if (event.key !== "Tab" || event.shiftKey || text.dataset.left) return;
      event.preventDefault();
      text.setRangeText("  ", text.selectionStart, text.selectionEnd, "end");
      text.dispatchEvent(new Event("input", { bubbles: true }));
    });
    // Escape, then Tab, leaves the field: nobody is caught in it.
    text.addEventListener("keyup", (event) => { if (event.key === "Escape") text.dataset.left = "1"; });
  }

  // Keys.
  const rows = () => [...document.querySelectorAll("[data-row]")];
  let at = -1;
  const go = (step) => {
    const all = rows();
    if (!all.length) return;
    const focused = all.findIndex((row) => row.contains(document.activeElement));
    at = Math.min(all.length - 1, Math.max(0, (focused >= 0 ? focused : at) + step));
    all[at].querySelector("[data-row-link]").focus();
    all[at].scrollIntoView({ block: "nearest" });
  };
  const unfold = (key) => {
    const part = document.querySelector(`details[data-key="${key}"]`);
    if (!part) return;
    part.open = true;
    part.querySelector("select, input:not([type=hidden]), textarea")?.focus();
  };
  const write = (kind) => {
    const part = document.querySelector(`.writer.${kind}`);
    if (!part) return;
    part.open = true;
    part.querySelector("textarea").focus();
  };
  const claim = () => {
    const row = rows().find((each) => each.contains(document.activeElement));
    (row || document).querySelector(row ? ".do button" : '[data-key="c"] button')?.click();
  };
  const keys = {
    j: () => go(1), k: () => go(-1), c: claim, r: () => write("answer"), n: () => write("note"),
    e: () => unfold("e"), a: () => unfold("a"), p: () => unfold("p"), s: () => unfold("s"),
    "/": () => { const field = document.getElementById("search"); if (field) field.focus(); else location.assign("/tickets"); },
    "?": () => document.getElementById("keys")?.showModal(),
    g: () => location.assign("/"),
  };
  // On a narrow screen the places go on under the edge; the one we are at is seen.
  const places = document.querySelector(".places"), here = places?.querySelector("[aria-current]");
  if (here) places.scrollLeft = here.offsetLeft - (places.clientWidth - here.offsetWidth) / 2;

  // A page's own script may take a key first.
  const taken = (event) => !document.body.dispatchEvent(
    new CustomEvent("desk:key", { cancelable: true, detail: { key: event.key, pressed: event } }));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]")) return;
    const writing = event.target.matches("input:not([type=checkbox]), textarea, select, [contenteditable]");
    if (event.key === "Escape") { if (writing || !taken(event)) document.activeElement?.blur(); return; }
    if (writing) return;
    if (taken(event)) { event.preventDefault(); return; }
    const does = keys[event.key];
    if (!does) return;
    event.preventDefault();
    does();
  });
  // A key pressed on a row of a list, to be done on the ticket's page: /tickets/42#do-r.
  if (location.hash.startsWith("#do-")) {
    keys[location.hash.slice(4)]?.();
    history.replaceState(null, "", location.pathname + location.search);
  }
  if (location.pathname === "/tickets") document.getElementById("search")?.focus();
})();

// What is there to be taken elsewhere (an address, a manifest) is chosen whole as soon as it has the focus.
document.addEventListener("focusin", (event) => {
  if (event.target.matches("input[readonly], textarea[readonly]")) event.target.select();
});
