// Arrow keys turn the pages of a projected report, and Escape ends the showing. Without this script
// its links do the same.
"use strict";

(() => {
  const WAYS = {
    ArrowRight: "next",
    PageDown: "next",
    ArrowLeft: "prev",
    PageUp: "prev",
    Escape: "up",
  };

  document.addEventListener("keydown", (event) => {
    const way = WAYS[event.key];
    if (!way || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const within = event.target.closest("input, select, textarea, .table-scroll");
    const link = document.querySelector(`.present a[rel=${way}]`);
    if ((within && way !== "up") || !link) return;
    event.preventDefault();
    link.click();
  });
})();
