// Files about to be sent: what was chosen, and what would be refused. Without it the browser says the first itself.
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
})();
