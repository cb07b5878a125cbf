/* Choosing rows: a box that ticks every row of the page, and how many are ticked. Works in any
   form with data-choose: the boxes are its [name="id"]; the rest is made here. Without this file
   one ticks row by row. */
"use strict";

(() => {
  function prepare(form) {
    const boxes = [...form.querySelectorAll('input[type="checkbox"][name="id"]')];
    const all = form.querySelector("[data-choose-all]");
    const count = form.querySelector("[data-choose-count]");
    if (!boxes.length) return;

    function tell() {
      const ticked = boxes.filter((box) => box.checked).length;
      if (all) {
        all.checked = ticked === boxes.length;
        all.indeterminate = ticked > 0 && ticked < boxes.length;
      }
      if (count) count.textContent = count.dataset.chooseCount.replace("{n}", String(ticked));
    }

    if (all) {
      all.closest("[hidden]")?.removeAttribute("hidden");
      all.addEventListener("change", () => {
        for (const box of boxes) box.checked = all.checked;
        tell();
      });
    }
    for (const box of boxes) box.addEventListener("change", tell);
    tell();
  }

  for (const form of document.querySelectorAll("form[data-choose]")) prepare(form);
  // A page that comes back from the browser's memory has its boxes ticked as they were.
  window.addEventListener("pageshow", () => {
    for (const box of document.querySelectorAll('form[data-choose] input[name="id"]'))
      box.dispatchEvent(new Event("change"));
  });
})();
