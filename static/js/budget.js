// What is left to share while projects are ticked; the server checks the sum by itself.
(() => {
  "use strict";
  const line = document.querySelector("[data-budget]"), form = line && line.closest("form");
  if (!form) return;
  const said = line.querySelector("[role=status]");
  const euros = (sum) => `${String(sum).replace(/\B(?=(\d{3})+$)/g, "\u00a0")}\u00a0€`;
  const say = () => {
    const left = [...form.querySelectorAll("[data-cost]:checked")].reduce((rest, e) => rest - e.dataset.cost, line.dataset.budget);
    said.textContent = (left < 0 ? line.dataset.over : line.dataset.left).replace("{sum}", euros(Math.abs(left)));
    line.classList.toggle("over-sum", left < 0);
  };
  form.addEventListener("input", say);
  form.addEventListener("reset", () => setTimeout(say));
  say();
})();
