// Hears of changes and tells the page. A changed topic becomes an event on <body>: hx-trigger="live:ticket:42 from:body".
(() => {
  const { live, topics } = document.body.dataset;
  if (!live) return;
  const ASK_AGAIN = 20_000, PATIENCE = 5_000, GAVE_UP = 10_000;
  const notice = document.querySelector(".live");
  let open = false;
  let missed = false;
  let since = null;

  const tell = (name, detail) => document.body.dispatchEvent(new CustomEvent(`live:${name}`, { detail }));
  const all = () => (topics || "").split(" ").filter(Boolean).forEach((topic) => tell(topic));
  const clock = (at) => new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }).format(at);

  const listen = () => {
    const source = new EventSource(live);
    source.addEventListener("open", () => {
      open = true;
      since = null;
      notice.hidden = true;
      tell("open");
      if (missed) all();
      missed = false;
    });
    source.addEventListener("changed", (event) => (event.data === "*" ? all() : tell(event.data)));
    source.addEventListener("presence", (event) => tell("presence", JSON.parse(event.data)));
    source.addEventListener("error", () => {
      open = false;
      missed = true;
      since ??= Date.now();
      setTimeout(() => {
        if (open) return;
        notice.textContent = notice.dataset.said.replace("{time}", clock(since));
        notice.hidden = false;
      }, PATIENCE);
      // A browser gives up for good where it was refused, such as by a proxy whose desk is just starting.
      if (source.readyState === EventSource.CLOSED) setTimeout(listen, GAVE_UP);
    });
  };
  listen();

  setInterval(() => { if (!open && !document.hidden) all(); }, ASK_AGAIN);
  document.addEventListener("visibilitychange", () => { if (!open && !document.hidden) all(); });
})();
