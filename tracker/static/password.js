/* Showing what one types as a new password. Without this file the field works as any other. */
"use strict";

for (const place of document.querySelectorAll("[data-show-password]")) {
  const field = place.querySelector("input");
  const button = place.querySelector("button");
  button.parentElement.hidden = false;
  button.addEventListener("click", () => {
    const shown = field.type === "password";
    field.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  });
  // Shown or not, it is sent and remembered as a password.
  field.form.addEventListener("submit", () => {
    field.type = "password";
  });
}
