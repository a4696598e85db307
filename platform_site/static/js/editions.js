// The publishing page: shows how far the files are. Without this file a link does.
"use strict";

(() => {
  const EVERY = 1500;
  const place = document.querySelector("[data-progress][data-moving]");
  if (!place) {
    return;
  }

  async function look() {
    let again = EVERY;
    try {
      const answer = await fetch(place.dataset.progress, { credentials: "same-origin" });
      if (answer.ok && !answer.redirected) {
        const part = new DOMParser().parseFromString(await answer.text(), "text/html").body;
        if (!part.querySelector("progress")) {
          location.reload(); // published, or met with a fault
          return;
        }
        show(part);
      } else {
        again = EVERY * 10;
      }
    } catch {
      again = EVERY * 4; // no connection: what is there stays
    }
    setTimeout(look, again);
  }

  // Only the bar and its words, so that the focus stays where it is.
  function show(part) {
    for (const name of ["label", "progress"]) {
      const from = part.querySelector(name);
      const to = place.querySelector(name);
      if (from && to && from.outerHTML !== to.outerHTML) {
        if (name === "progress") {
          to.value = from.value;
          to.textContent = from.textContent;
        } else {
          to.textContent = from.textContent;
        }
      }
    }
  }

  setTimeout(look, EVERY);
})();
