// Keeps the page of a reading up to date, and goes on when the report is read.
// Without this script the page has a link that does the same by hand.
"use strict";

(() => {
  const ASK_EVERY = 1000; // ms
  const SPEAK_EVERY = 10000; // ms: a screen reader is not interrupted page by page

  const view = document.querySelector("[data-reading]");
  if (!view) return;
  const sentence = view.querySelector("#reading-sentence");
  const bar = view.querySelector("progress");
  const spoken = view.querySelector("[role=status]");
  let spokenAt = performance.now();

  function show(seen) {
    sentence.textContent = seen.sentence;
    if (seen.of) {
      bar.max = seen.of;
      bar.value = seen.page;
    }
    if (performance.now() - spokenAt >= SPEAK_EVERY) {
      spoken.textContent = seen.sentence;
      spokenAt = performance.now();
    }
  }

  async function ask() {
    const answer = await fetch(location.href, { headers: { Accept: "application/json" } });
    const isState = (answer.headers.get("Content-Type") || "").startsWith("application/json");
    // Anything else (logged out, gone, a fault) has a page of its own to say so.
    return answer.ok && isState ? answer.json() : { stage: "elsewhere" };
  }

  async function follow() {
    try {
      const seen = await ask();
      if (seen.stage !== "going_on") {
        location.reload();
        return;
      }
      show(seen);
    } catch {
      // No answer this time: the network, or a server that restarts. Ask again.
    }
    setTimeout(follow, ASK_EVERY);
  }

  view.querySelector("[data-reading-by-hand]").hidden = true;
  view.querySelector("[data-reading-by-itself]").hidden = false;
  setTimeout(follow, ASK_EVERY);
})();
