// Ctrl-K or Cmd-K: go to a ticket, a customer, a person, a page, or act on what is selected. A combobox over a listbox.
(() => {
  const dialog = document.getElementById("palette");
  if (!dialog) return;
  const field = dialog.querySelector("input");
  const list = dialog.querySelector(".found");
  const status = dialog.querySelector("[role=status]");
  const words = document.getElementById("palette-acts").content;
  const options = () => [...list.querySelectorAll("[role=option]")];
  let asked = 0, timer = 0, from = null;

  const mark = (option) => {
    for (const each of options()) each.setAttribute("aria-selected", String(each === option));
    if (option) { field.setAttribute("aria-activedescendant", option.id); option.scrollIntoView({ block: "nearest" }); }
    else field.removeAttribute("aria-activedescendant");
  };
  const marked = () => list.querySelector('[aria-selected="true"]');

  // What can be done to the tickets that are selected, the row that has the focus, or the ticket of the page.
  const acts = (said) => {
    const chosen = document.querySelectorAll("#lanes .chosen").length;
    const row = from?.closest?.("[data-row]")?.dataset.row;
    const ticket = row || document.getElementById("ticket")?.dataset.ticket;
    if (!chosen && !ticket) return null;
    const fits = [...words.querySelectorAll("i")].filter((each) => each.textContent.toLowerCase().includes(said.toLowerCase()))
      .filter((each) => !chosen || !"rne".includes(each.dataset.key));
    if (!fits.length) return null;
    const on = words.querySelector("b").dataset;
    const group = document.createElement("div");
    group.setAttribute("role", "group");
    group.setAttribute("aria-labelledby", "palette-acts-title");
    const title = document.createElement("p");
    title.id = "palette-acts-title";
    title.textContent = chosen ? on.many.replace("{n}", chosen) : on.on.replace("{ticket}", `#${ticket}`);
    group.append(title, ...fits.map((each) => {
      const option = document.createElement("div");
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.id = `palette-act-${each.dataset.key}`;
      option.dataset.press = each.dataset.key;
      const name = document.createElement("span");
      name.className = "name";
      name.textContent = each.textContent;
      const key = document.createElement("kbd");
      key.textContent = each.dataset.key;
      key.className = "push";
      option.append(name, key);
      return option;
    }));
    return group;
  };

  const find = async () => {
    const mine = ++asked;
    const said = field.value.trim();
    let html = "";
    try {
      const answer = await fetch(`${dialog.dataset.from}?q=${encodeURIComponent(said)}`, { headers: { "HX-Request": "true" } });
      if (answer.ok && !answer.redirected) html = await answer.text();
    } catch { /* what is on the page can be done all the same */ }
    if (mine !== asked) return;
    list.innerHTML = html;
    const own = acts(said);
    if (own) list.prepend(own);
    const count = options().length;
    status.textContent = count ? status.dataset.number.replace("{n}", count) : status.dataset.none;
    if (!count) {
      const none = document.createElement("p");
      none.className = "none";
      none.textContent = status.dataset.none;
      list.append(none);
    }
    mark(options()[0]);
  };

  const choose = (option) => {
    if (!option) return;
    if (option.dataset.go) { location.assign(option.dataset.go); return; }
    dialog.close();
    from?.focus?.();
    (from?.isConnected ? from : document.body).dispatchEvent(new KeyboardEvent("keydown", { key: option.dataset.press, bubbles: true, cancelable: true }));
  };
  const open = () => {
    if (document.querySelector("dialog[open]")) return;
    from = document.activeElement;
    field.value = "";
    dialog.showModal();
    field.focus();
    find();
  };

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (dialog.open) dialog.close(); else open();
    }
  });
  document.addEventListener("click", (event) => { if (event.target.closest?.("[data-palette]")) open(); });
  dialog.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) choose(option);
    else if (event.target === dialog) dialog.close();
  });
  list.addEventListener("pointermove", (event) => { const option = event.target.closest("[role=option]"); if (option && option !== marked()) mark(option); });
  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(find, 120); });
  field.addEventListener("keydown", (event) => {
    const all = options(), at = all.indexOf(marked());
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 + all.length, Home: field.value ? null : 0, End: field.value ? null : all.length - 1 }[event.key];
    if (to !== undefined && to !== null && all.length) { event.preventDefault(); mark(all[to % all.length]); }
    if (event.key === "Enter") { event.preventDefault(); choose(marked()); }
  });
})();
