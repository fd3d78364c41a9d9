// Choosing a place and a unit: what the button does by loading the page anew, this does while one chooses and types.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("find-unit");
  const region = document.getElementById("found-region");
  if (!form) return;
  let asking = null;
  let timer = 0;

  const swap = (part, fetched, keepFocus) => {
    const now = document.getElementById(part);
    const next = fetched.getElementById(part);
    if (!now || !next) return;
    const focused = keepFocus && now.contains(document.activeElement) ? document.activeElement.id : "";
    now.replaceWith(next);
    if (focused) document.getElementById(focused)?.focus();
  };

  const ask = async (placeChanged) => {
    if (asking) asking.abort();
    asking = new AbortController();
    const query = new URLSearchParams(new FormData(form));
    if (placeChanged) query.delete("county");
    try {
      const answer = await fetch(`${form.dataset.find}?${query}`, { signal: asking.signal });
      if (!answer.ok) return;
      const fetched = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (placeChanged) swap("place-fields", fetched, true);
      if (region) swap("found", fetched, false);
    } catch (error) {
      // Another answer is on its way, or the button still works.
      if (error.name !== "AbortError") return;
    }
  };

  form.addEventListener("change", (event) => {
    if (event.target.name === "city") ask(true);
    if (event.target.name === "county") ask(false);
  });
  form.addEventListener("input", (event) => {
    if (event.target.name !== "text") return;
    clearTimeout(timer);
    timer = setTimeout(() => ask(false), 300);
  });
});
