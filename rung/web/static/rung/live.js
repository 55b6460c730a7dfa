// Hears of changes and tells the page. A changed topic becomes an event on <body>: hx-trigger="live:ticket:42 from:body".
(() => {
  const { live, topics } = document.body.dataset;
  if (!live) return;
  const ASK_AGAIN = 20_000;
  const notice = document.querySelector(".live");
  let open = false;
  let missed = false;

  const changed = (topic) => document.body.dispatchEvent(new CustomEvent(`live:${topic}`));
  const all = () => (topics || "").split(" ").filter(Boolean).forEach(changed);

  const source = new EventSource(live);
  source.addEventListener("open", () => {
    open = true;
    notice.hidden = true;
    if (missed) all();
    missed = false;
  });
  source.addEventListener("changed", (event) => (event.data === "*" ? all() : changed(event.data)));
  source.addEventListener("error", () => {
    open = false;
    missed = true;
    setTimeout(() => { notice.hidden = open; }, 5_000);
  });

  setInterval(() => { if (!open && !document.hidden) all(); }, ASK_AGAIN);
  document.addEventListener("visibilitychange", () => { if (!open && !document.hidden) all(); });
})();
