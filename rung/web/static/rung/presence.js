// Who else is on this ticket: each page says what its reader does, and forgets the others when they fall silent.
(() => {
  const place = document.getElementById("presence");
  if (!place) return;
  const SAY_AGAIN = 15_000, FORGET = 40_000, STILL_WRITING = 12_000;
  const { here, me } = place.dataset;
  const others = new Map();
  let typed = 0, kind = "writing", said = "";

  const doing = () => (Date.now() - typed < STILL_WRITING ? kind : "looking");
  const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  const say = (state) => {
    said = state;
    const form = new URLSearchParams({ state });
    fetch(here, { method: "POST", body: form, headers: { "X-CSRFToken": token }, keepalive: true }).catch(() => {});
  };

  const draw = () => {
    for (const [who, each] of others) if (Date.now() - each.at > FORGET) others.delete(who);
    const lines = [...others.values()].sort((one, other) => one.name.localeCompare(other.name));
    const shown = lines.map((each) => place.dataset[each.state].replace("{who}", each.name)).join(" · ");
    if (place.dataset.shown === shown) return;
    place.dataset.shown = shown;
    place.replaceChildren(...lines.map((each) => {
      const line = document.createElement("span");
      line.className = `person ${each.state}`;
      line.textContent = place.dataset[each.state].replace("{who}", each.name);
      return line;
    }));
  };

  document.body.addEventListener("live:presence", (event) => {
    const { who, name, state } = event.detail;
    if (who === me) return;
    if (state === "gone") others.delete(who);
    else others.set(who, { name, state: state === "arrived" ? "looking" : state, at: Date.now() });
    // A page that has just opened learns at once who is here. Answers wait a random moment, so that they do not come together.
    if (state === "arrived") setTimeout(() => say(doing()), Math.random() * 300);
    draw();
  });

  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form");
    if (event.target.tagName !== "TEXTAREA" || !form) return;
    kind = form.closest(".writer.note") ? "noting" : "writing";
    typed = event.target.value ? Date.now() : 0;
    if (said !== doing()) say(doing());
  });
  document.addEventListener("submit", () => { typed = 0; say("looking"); });

  setInterval(() => { if (!document.hidden) { draw(); if (said !== doing()) say(doing()); } }, 2_000);
  setInterval(() => { if (!document.hidden) say(doing()); }, SAY_AGAIN);
  document.addEventListener("visibilitychange", () => say(document.hidden ? "gone" : "arrived"));
  addEventListener("pagehide", () => say("gone"));
  document.body.addEventListener("live:open", () => { if (!document.hidden) say("arrived"); });
})();
