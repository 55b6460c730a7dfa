// The policy as text: its colours, marks at the lines with findings, and what may be written where the cursor stands.
(() => {
  const text = document.getElementById("policy-text");
  const code = text?.closest(".code");
  if (!code || !code.dataset.complete) return;
  const paint = code.querySelector(".paint");
  const numbers = code.querySelector(".numbers");
  const list = document.getElementById("options");
  let options = [], start = 0, chosen = 0, asked = 0;

  // Colours.
  const escape = (words) => words.replace(/[&<>]/g, (one) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[one]);
  const TOKENS = /("(?:[^"\\]|\\.)*"|'[^']*')|((?:^|\s)#.*$)|([A-Za-z_][\w.-]*(?: [\w.-]+)*)(?=:(?:\s|$))/g;
  const colour = (line) => {
    let shown = "", at = 0;
    for (const found of line.matchAll(TOKENS)) {
      shown += escape(line.slice(at, found.index));
      shown += `<span class="${found[1] ? "quoted" : found[2] ? "remark" : "key"}">${escape(found[0])}</span>`;
      at = found.index + found[0].length;
      if (found[2]) break;
    }
    return shown + escape(line.slice(at));
  };
  const marks = () => {
    const found = new Map();
    for (const each of document.querySelectorAll("#findings [data-line]")) {
      const kind = each.closest("li").className;
      if (found.get(Number(each.dataset.line)) !== "error") found.set(Number(each.dataset.line), kind);
    }
    return found;
  };
  const draw = () => {
    const marked = marks();
    const lines = text.value.split("\n");
    paint.innerHTML = lines.map((line, at) => `<span class="line ${marked.get(at + 1) || ""}">${colour(line) || " "}</span>`).join("");
    numbers.innerHTML = lines.map((_, at) => `<span class="${marked.get(at + 1) || ""}">${at + 1}</span>`).join("");
    follow();
  };
  const follow = () => { paint.scrollTop = numbers.scrollTop = text.scrollTop; paint.scrollLeft = text.scrollLeft; };
  text.addEventListener("input", draw);
  text.addEventListener("scroll", () => { follow(); if (!list.hidden) close(); });
  document.addEventListener("htmx:afterSettle", (event) => { if (event.detail.target?.id === "findings" || document.getElementById("findings")) draw(); });

  // Completion: a list of options below the cursor.
  const close = () => { list.hidden = true; options = []; text.removeAttribute("aria-activedescendant"); asked += 1; };
  const place = () => {
    const before = text.value.slice(0, start).split("\n");
    const look = getComputedStyle(text);
    const measure = document.createElement("canvas").getContext("2d");
    measure.font = look.font;
    const left = parseFloat(look.paddingLeft) + measure.measureText("0").width * before.at(-1).length - text.scrollLeft;
    const top = parseFloat(look.paddingTop) + parseFloat(look.lineHeight) * before.length - text.scrollTop;
    list.style.left = `${Math.max(0, Math.min(left + paint.parentElement.offsetLeft, code.clientWidth - 270))}px`;
    list.style.top = `${top + 2}px`;
  };
  const show = () => {
    list.innerHTML = options.map((each, at) =>
      `<li role="option" id="option-${at}" aria-selected="${at === chosen}"><b>${escape(each.word)}</b> <span>${escape(each.about)}</span></li>`).join("");
    list.hidden = !options.length;
    document.getElementById("options-said").textContent = options[chosen]?.word || "";
    if (!options.length) { text.removeAttribute("aria-activedescendant"); return; }
    text.setAttribute("aria-activedescendant", `option-${chosen}`);
    place();
    list.children[chosen].scrollIntoView({ block: "nearest" });
  };
  const ask = async () => {
    const turn = ++asked;
    const body = new FormData();
    body.append("text", text.value);
    body.append("at", text.selectionStart);
    const headers = { "X-CSRFToken": JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"] };
    const answer = await fetch(code.dataset.complete, { method: "POST", body, headers }).then((found) => found.ok ? found.json() : null, () => null);
    if (turn !== asked || !answer) return;
    options = answer.options;
    start = answer.start;
    chosen = 0;
    show();
  };
  const take = (each) => {
    const end = text.selectionStart;
    const word = each.word.endsWith(":") && text.value[end] !== ":" ? `${each.word} ` : each.word;
    text.setRangeText(word, start, end, "end");
    close();
    text.focus();
    text.dispatchEvent(new Event("input", { bubbles: true }));
  };
  let wait;
  text.addEventListener("input", (event) => {
    clearTimeout(wait);
    if (!event.inputType || event.inputType.startsWith("delete") || event.inputType === "insertLineBreak") { close(); return; }
    wait = setTimeout(ask, 120);
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === " " && event.ctrlKey) { event.preventDefault(); ask(); return; }
    if (list.hidden) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) { chosen = (chosen + step + options.length) % options.length; show(); }
    else if (event.key === "Enter" || event.key === "Tab") take(options[chosen]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  text.addEventListener("blur", () => setTimeout(close, 150));
  list.addEventListener("mousedown", (event) => {
    const option = event.target.closest("li");
    if (!option) return;
    event.preventDefault();
    take(options[[...list.children].indexOf(option)]);
  });

  // From a form, to its line.
  const line = Number((/^#line-(\d+)$/).exec(location.hash)?.[1]);
  if (line) {
    const lines = text.value.split("\n");
    const at = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    text.focus();
    text.setSelectionRange(at, at + (lines[line - 1] || "").length);
    text.scrollTop = (line - 8) * parseFloat(getComputedStyle(text).lineHeight);
  }
  draw();
})();

// Leaving with words that are kept nowhere: the browser asks first.
(() => {
  const forms = [...document.querySelectorAll("form.studio, form.place-form")];
  if (!forms.length) return;
  const said = (form) => JSON.stringify([...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken"));
  const before = new Map(forms.map((form) => [form, form.dataset.unsaved ? "" : said(form)]));
  let leaves = false;
  // Forms that htmx sends stay on the page.
  for (const form of document.querySelectorAll("form:not([hx-post]), form.place-form")) form.addEventListener("submit", () => { leaves = true; });
  window.addEventListener("beforeunload", (event) => {
    if (!leaves && forms.some((form) => form.isConnected && said(form) !== before.get(form))) event.preventDefault();
  });
})();
