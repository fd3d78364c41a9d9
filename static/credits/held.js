// The progress of work on many held hours, asked for anew every few seconds until it is done. Without it one reloads.
(() => {
  const place = document.querySelector("[data-held-jobs]");
  if (!place || !place.querySelector("progress")) return;
  const EVERY = 3000;

  const ask = async () => {
    try {
      const answer = await fetch(place.dataset.heldJobs, { headers: { Accept: "text/html" } });
      if (answer.ok && !answer.redirected) {
        // Rendered by this server for this page; everything in it is escaped.
        place.innerHTML = await answer.text();
        if (!place.querySelector("progress")) {
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
