// Files about to be sent: what was chosen, and what would be refused. Without it the browser says the first itself.
// Files that came: an image opens whole in place.
(() => {
  const size = (bytes) => bytes < 1024 ? `${bytes} B` : bytes < 1048576 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (field.type !== "file" || !field.dataset.largest) return;
    const files = [...field.files];
    const large = files.find((file) => file.size > Number(field.dataset.largest));
    const problem = files.length > Number(field.dataset.most) ? field.dataset.tooMany : large ? `${large.name} ${field.dataset.tooLarge}` : "";
    field.setCustomValidity(problem);
    const shown = field.parentElement.querySelector(".chosen");
    shown.textContent = problem || files.map((file) => `${file.name} (${size(file.size)})`).join(", ");
    shown.classList.toggle("problem", Boolean(problem));
  });

  // A picture that cannot be drawn is a file like any other.
  document.addEventListener("error", (event) => {
    const link = event.target.closest?.(".shot");
    if (!link) return;
    link.classList.remove("shot");
    delete link.dataset.shot;
    event.target.remove();
  }, true);

  const made = (tag, words = {}) => Object.assign(document.createElement(tag), words);
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".shot[data-shot]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const said = link.closest(".files").dataset, name = link.querySelector(".name").textContent;
    const dialog = made("dialog", { className: "whole" });
    dialog.setAttribute("aria-label", name);
    const way = made("form", { method: "dialog", className: "row" });
    way.append(made("b", { className: "name", textContent: name }),
      made("a", { className: "button small", href: link.href, download: "", textContent: said.fetch }),
      made("button", { className: "small", textContent: said.close }));
    const picture = made("img", { src: link.dataset.shot, alt: name });
    // Fitted to the window; a press shows it pixel by pixel.
    picture.addEventListener("click", () => dialog.classList.toggle("natural"));
    const around = made("div", { className: "around", tabIndex: 0 });
    around.append(picture);
    dialog.append(way, around);
    dialog.addEventListener("click", (press) => { if (press.target === dialog) dialog.close(); });
    dialog.addEventListener("close", () => { dialog.remove(); link.focus(); });
    document.body.append(dialog);
    dialog.showModal();
  });
})();
