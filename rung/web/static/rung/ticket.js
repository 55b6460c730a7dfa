// On a narrow screen the actions come up as a sheet from the bar at the bottom. Without it the bar's links lead to them.
(() => {
  const NARROW = matchMedia("(max-width: 900px)");
  const acts = () => document.getElementById("acts");
  const isOpen = () => document.body.classList.contains("sheet");
  let opener = "";

  // While the sheet is up nothing behind it can be reached. Its element is replaced when the ticket changes.
  const dress = () => {
    const up = isOpen();
    document.querySelectorAll("#main, .bar, .skip, .sample-banner, .messages").forEach((each) => { each.inert = up; });
    for (const each of acts().parentElement.children) if (each !== acts()) each.inert = up;
    if (up) { acts().setAttribute("role", "dialog"); acts().setAttribute("aria-modal", "true"); acts().tabIndex = -1; }
    else ["role", "aria-modal", "tabindex"].forEach((name) => acts().removeAttribute(name));
  };
  const open = (key) => {
    opener = key;
    document.body.classList.add("sheet");
    dress();
    const part = key ? acts().querySelector(`details[data-key="${key}"]`) : null;
    if (part) { part.open = true; part.scrollIntoView({ block: "nearest" }); }
    (part?.querySelector("select, textarea") || acts()).focus();
  };
  const close = () => {
    if (!isOpen()) return;
    document.body.classList.remove("sheet");
    dress();
    document.querySelector(`#quick [data-sheet="${opener}"]`)?.focus({ preventScroll: true });
  };

  document.addEventListener("click", (event) => {
    const sheet = event.target.closest("[data-sheet]"), write = event.target.closest("[data-write]");
    if (sheet && NARROW.matches) { event.preventDefault(); open(sheet.dataset.sheet); }
    else if (write) {
      event.preventDefault();
      const part = document.querySelector(".writer.answer");
      part.open = true;
      part.querySelector("textarea").focus();
      part.scrollIntoView({ block: "center" });
    } else if (event.target.closest("[data-sheet-close]") || (isOpen() && !acts().contains(event.target))) close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isOpen()) { event.preventDefault(); close(); }
    const link = event.key === " " && event.target.closest?.("[data-sheet]");
    if (link) { event.preventDefault(); link.click(); }
  });
  NARROW.addEventListener("change", close);
  // What did not arrive is said under the bar; what was filled in is still in the sheet.
  for (const failure of ["htmx:sendError", "htmx:responseError"]) document.addEventListener(failure, close);
  document.addEventListener("htmx:afterSettle", () => { if (isOpen()) dress(); });
  // Done: what came of it is said under the bar. Refused: the reason stands in the sheet.
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!isOpen() || !event.detail.successful || event.detail.requestConfig.verb === "get") return;
    if (acts().querySelector("[role=alert]")) return;
    close();
  });
})();
