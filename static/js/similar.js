// While a title is typed: ideas that say the same. Without this file they are shown at the first send.
(() => {
  "use strict";
  const title = document.querySelector("#idee [name=title]");
  if (!title) return;
  const told = title.form.elements.semblables, live = document.createElement("div");
  live.setAttribute("aria-live", "polite");
  title.closest(".field").after(live);
  let timer, asking, last = "";
  const ask = async () => {
    const words = title.value.trim().replace(/\s+/g, " ");
    if (words === last) return;
    last = words;
    asking?.abort();
    asking = new AbortController();
    try {
      const answer = words.length < 6 ? null : await fetch(`/propositions/semblables?titre=${encodeURIComponent(words)}`, { signal: asking.signal });
      if (answer && !answer.ok) return;
      const piece = answer ? (await answer.text()).trim() : "";
      live.innerHTML = piece;
      if (piece) told.value = "1";
    } catch { /* no network: the server looks again when the idea is sent */ }
  };
  title.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 500); });
  title.addEventListener("change", ask);
  if (title.value && !document.querySelector(".alike")) ask();
})();
