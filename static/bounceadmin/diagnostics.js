// A diagnosis or round trip that goes on is looked at again until it ends; records can be copied.
"use strict";

const EVERY = 1000; // milliseconds
const SLOWEST = 10000;

function watch(box) {
  let wait = EVERY;
  async function look() {
    if (document.hidden) {
      setTimeout(look, EVERY);
      return;
    }
    try {
      const answer = await fetch(box.dataset.progress, { credentials: "same-origin" });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      if (answer.headers.get("X-Finished") === "yes") {
        location.reload();
        return;
      }
      box.innerHTML = await answer.text();
      wait = EVERY;
    } catch {
      wait = Math.min(2 * wait, SLOWEST);
    }
    setTimeout(look, wait);
  }
  setTimeout(look, wait);
}

function copyable(button) {
  if (!navigator.clipboard) return;
  const text = button.parentElement.querySelector("pre").textContent;
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    button.textContent = "✓";
    setTimeout(() => { button.textContent = label; }, 1500);
  });
}

document.querySelectorAll("[data-progress]").forEach(watch);
document.querySelectorAll("[data-copy]").forEach(copyable);
