// The progress of a run, asked for anew every few seconds; the page itself when it is done. Without it one reloads.
(() => {
  const place = document.querySelector("[data-run-progress]");
  if (!place) return;
  const EVERY = 3000;

  const ask = async () => {
    try {
      const answer = await fetch(place.dataset.runProgress, { headers: { Accept: "text/html" } });
      if (answer.redirected || answer.status === 404) {
        window.location.reload();
        return;
      }
      if (answer.ok) {
        // Rendered by this server for this page; everything in it is escaped.
        place.innerHTML = await answer.text();
        if (place.querySelector("[data-run-finished]")) {
          window.location.reload();
          return;
        }
      }
    } catch {
      // The network is away for a moment: the next time may find it.
    }
    window.setTimeout(ask, EVERY);
  };

  window.setTimeout(ask, EVERY);
})();
