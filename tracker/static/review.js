/* The review of a draft, made quicker: sums while one types, and another page of the report
   without losing what is typed. Without this file sums come on saving and links load a page. */
"use strict";

(() => {
  const whole = /^\d{1,4}$/;

  function sumOf(inputs) {
    const values = inputs.map((input) => input.value.trim());
    return values.length && values.every((value) => whole.test(value))
      ? values.reduce((sum, value) => sum + Number(value), 0)
      : null;
  }

  function addUp() {
    const table = document.querySelector("[data-scores]");
    if (!table) return;
    const removed = (row) => document.querySelector(`[name="remove-${row.dataset.key}"]:checked`);
    const rows = [...table.tBodies[0].rows].filter((row) => !removed(row));
    const sums = {};
    for (const name of ["score", "max"]) {
      sums[name] = sumOf(rows.map((row) => row.querySelector(`[name^="${name}-"]`)));
      const output = table.querySelector(`[data-sum="${name}"]`);
      if (output) output.textContent = sums[name] ?? "–";
    }
    judge(sums.score, document.getElementById("score").value.trim());
  }

  function judge(sum, score) {
    const verdict = document.querySelector("[data-verdict]");
    const known = sum !== null && whole.test(score);
    const differs = known && sum !== Number(score);
    const sentence = differs ? verdict.dataset.differs : known ? verdict.dataset.agrees : "";
    const words = sentence.replace("{sum}", sum).replace("{score}", score);
    if (verdict.textContent.trim() !== words) verdict.textContent = words;
    verdict.classList.toggle("scores__verdict--differs", differs);
  }

  function show(wanted) {
    const body = document.querySelector(".report__body");
    const found = body && body.querySelector(wanted);
    if (!found) return false;
    const [inner, outer] = [found, body].map((one) => one.getBoundingClientRect());
    body.scrollTop += inner.top - outer.top - body.clientHeight / 3;
    body.scrollLeft += inner.left - outer.left - 16;
    return true;
  }

  const showChosen = () => show(".picture__mark--chosen, .mark--chosen");

  function watchPicture() {
    const image = document.querySelector(".picture__page");
    if (!image) return;
    const failed = () => {
      image.closest(".picture").classList.add("picture--failed");
      document.querySelector(".report__text").open = true;
    };
    if (image.complete && !image.naturalWidth) failed();
    image.addEventListener("error", failed);
    image.addEventListener("load", showChosen);
  }

  async function turnTo(address) {
    const answer = await fetch(address, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) throw new Error("no such page");
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const [now, next] = [document, page].map((one) => one.getElementById("report"));
    now.querySelector(".report__where").textContent =
      next.querySelector(".report__where").textContent.trim();
    now.querySelector(".report__body").replaceWith(next.querySelector(".report__body"));
    history.replaceState(null, "", address);
    mark(new URL(address, location.href).searchParams.get("item"));
    watchPicture();
    showChosen();
    if (now.getBoundingClientRect().top > window.innerHeight / 2) now.scrollIntoView();
  }

  function mark(item) {
    for (const one of document.querySelectorAll(".reading")) {
      one.classList.toggle("reading--chosen", one.id === `item-${item}`);
    }
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-report]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const within = link.closest("#report");
    event.preventDefault();
    turnTo(link.href)
      .then(() => within && document.querySelector(".report__body").focus())
      .catch(() => location.assign(link.href));
  });
  document.addEventListener("input", addUp);
  addUp();
  watchPicture();
  if (!showChosen()) show(".picture__mark");
})();
