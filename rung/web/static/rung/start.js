// The guide guesses where its reader is, and names countries in their language. Both can be changed.
(() => {
  const form = document.querySelector("form[data-guess], form[data-names]");
  if (!form) return;
  const countries = form.querySelector("[name=country]"), zones = form.querySelector("[name=time_zone]");
  const names = new Intl.DisplayNames([document.documentElement.lang], { type: "region" });
  const options = [...countries.options];
  for (const option of options) {
    try { option.textContent = option.value ? names.of(option.value) : option.textContent; } catch { /* a code of no country */ }
  }
  options.slice(1).sort((one, other) => one.textContent.localeCompare(other.textContent)).forEach((option) => countries.append(option));
  if (!form.hasAttribute("data-guess")) return; // it is filled in with what was said before
  if (zones.value === "UTC") {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if ([...zones.options].some((option) => option.value === zone)) zones.value = zone;
  }
  const region = new Intl.Locale(navigator.language).region;
  if (region && !countries.value && options.some((option) => option.value === region)) countries.value = region;
})();
