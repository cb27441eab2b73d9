// Comforts of the council's screens; every page works without this file.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // A veil is lifted in its place: the form is sent, the page around it stays.
  function swap(form) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
        if (!answer.ok) throw answer;
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.querySelector("main"), here = document.querySelector("main");
        const top = scrollY;
        here.replaceChildren(...fresh.childNodes);
        all("form[data-swap]", here).forEach(swap);
        scrollTo(0, top);
      } catch {
        form.submit();
      }
    });
  }

  // A finger that moves over the grid ticks what the first cell began.
  function grid(box) {
    let paint = null;
    const cell = (event) => {
      const under = document.elementFromPoint(event.clientX, event.clientY);
      return under && box.contains(under) ? under.closest("label")?.firstElementChild : null;
    };
    box.classList.add("on");
    box.addEventListener("pointerdown", (event) => {
      const first = cell(event);
      if (!first || event.button) return;
      paint = !first.checked;
      first.checked = paint;
      event.target.releasePointerCapture?.(event.pointerId);
    });
    box.addEventListener("pointermove", (event) => {
      const next = paint === null ? null : cell(event);
      if (next) next.checked = paint;
    });
    for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => { paint = null; });
    // The press already ticked the cell; keyboards click without one.
    box.addEventListener("click", (event) => { if (event.detail && event.target.closest("label")) event.preventDefault(); });
  }

  // A key only brings the focus: what decides is Enter, on a button one has seen.
  function shortcuts() {
    addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
      const found = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
      if (!found) return;
      event.preventDefault();
      if (found.tagName === "DETAILS") found.open = true;
      (found.querySelector("input[type=radio], button, summary") || found).focus();
    });
  }

  all("form[data-swap]").forEach(swap);
  all("[data-grid]").forEach(grid);
  if (document.querySelector("[data-shortcuts]")) shortcuts();
})();
