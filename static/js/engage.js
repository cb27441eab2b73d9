// Comforts for forms; every page works without this file.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);

  // What was typed stays on this phone until it has been sent, a week at most.
  const WEEK = 7 * 24 * 3600 * 1000;
  const PREFIX = "engage:";
  const read = (key) => JSON.parse(localStorage.getItem(PREFIX + key) || "null");
  const ticks = (e) => /^(radio|checkbox)$/.test(e.type);
  const slot = (e) => (ticks(e) ? `${e.name}=${e.value}` : e.name);
  const kept = (form) => [...form.elements].filter((e) => e.name && e.autocomplete !== "one-time-code" &&
    /^(textarea|select-one|text|email|tel|radio|checkbox)$/.test(e.type));

  function keep(form) {
    const key = form.dataset.keep;
    const save = (sent) => {
      const fields = Object.fromEntries(kept(form).map((e) => [slot(e), ticks(e) ? e.checked : e.value]));
      try { localStorage.setItem(PREFIX + key, JSON.stringify({ at: Date.now(), sent, fields })); } catch { /* full: nothing is kept */ }
    };
    const saved = read(key);
    // A form that comes back with errors already holds what was typed.
    if (saved && !document.querySelector(".errors")) {
      for (const e of kept(form)) {
        const value = saved.fields[slot(e)];
        if (typeof value === "boolean") e.checked = value;
        else if (value && (!e.value || e.type === "select-one")) e.value = value;
      }
    }
    form.addEventListener("input", () => save(false));
    form.addEventListener("submit", () => save(true));
  }
  // It arrived when the next page says so, or is another page. Old texts go too.
  function forget() {
    const told = document.querySelector("main > [role=status]");
    const here = told ? [] : all("form[data-keep]").map((form) => form.dataset.keep);
    for (const name of Object.keys(localStorage).filter((name) => name.startsWith(PREFIX))) {
      const key = name.slice(PREFIX.length), saved = read(key);
      if (Date.now() - saved.at > WEEK || (saved.sent && !here.includes(key))) localStorage.removeItem(name);
    }
  }

  // A phone of several people was left: nothing that was typed stays on it.
  const wipe = () => Object.keys(localStorage).filter((name) => name.startsWith(PREFIX)).forEach((name) => localStorage.removeItem(name));

  // A photo leaves at 1600 px and 400 kB at most; what cannot be read here is sent as it is.
  const SIDE = 1600, BYTES = 400 * 1024;
  const blobOf = (canvas, quality) => new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
  async function shrink(file) {
    const picture = await createImageBitmap(file);
    const canvas = document.createElement("canvas");
    let side = SIDE, blob;
    do {
      const scale = Math.min(1, side / Math.max(picture.width, picture.height));
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      const brush = canvas.getContext("2d");
      brush.fillStyle = "#fff";
      brush.fillRect(0, 0, canvas.width, canvas.height);
      brush.drawImage(picture, 0, 0, canvas.width, canvas.height);
      for (const quality of [0.82, 0.7, 0.55]) {
        blob = await blobOf(canvas, quality);
        if (blob && blob.size <= BYTES) break;
      }
      side *= 0.75;
    } while (blob && blob.size > BYTES && side > 500);
    picture.close();
    return { blob, canvas };
  }
  function photo(input) {
    const live = byId(input.dataset.photo);
    let turn = 0;
    input.addEventListener("change", async () => {
      const file = input.files[0], mine = ++turn;
      all("canvas", input.parentElement).forEach((c) => c.remove());
      live.textContent = file ? live.dataset.work : "";
      if (!file) return;
      input.pending = (async () => {
        try {
          const { blob, canvas } = await shrink(file);
          if (mine !== turn) return;
          const box = new DataTransfer();
          box.items.add(new File([blob], "photo.jpg", { type: "image/jpeg" }));
          input.files = box.files;
          canvas.setAttribute("aria-hidden", "true");
          live.before(canvas);
          live.textContent = live.dataset.done.replace("{n}", Math.ceil(blob.size / 1024));
        } catch {
          if (mine === turn) live.textContent = live.dataset.asis;
        }
      })();
    });
  }

  // One press, one sending. A photo that is still being prepared is waited for.
  function once(form) {
    let sent = false;
    form.addEventListener("submit", (event) => {
      if (sent) return event.preventDefault();
      sent = true;
      const button = event.submitter;
      const waiting = all("input[type=file]", form).map((i) => i.pending).filter(Boolean);
      if (waiting.length && !form.dataset.ready) {
        event.preventDefault();
        // In a later task: a form that is still telling its listeners ignores requestSubmit.
        Promise.all(waiting).then(() => setTimeout(() => {
          sent = false;
          form.dataset.ready = "yes";
          form.requestSubmit(button);
        }));
        return;
      }
      // After the browser has read the form, or the button's own value would be lost.
      setTimeout(() => all("button", form).forEach((b) => { b.disabled = true; }));
    });
    addEventListener("pageshow", () => {
      sent = false;
      delete form.dataset.ready;
      all("button", form).forEach((b) => { b.disabled = false; });
    });
  }

  function counter(line) {
    const area = byId(line.dataset.counter);
    const say = () => {
      // The server counts characters as Python does, not UTF-16 halves.
      const left = area.dataset.max - [...area.value].length;
      line.textContent = (left < 0 ? line.dataset.over : line.dataset.left).replace("{n}", Math.abs(left));
    };
    area.addEventListener("input", say);
    say();
  }

  try {
    if (document.querySelector("[data-wipe]")) wipe();
    forget();
    all("form[data-keep]").forEach(keep);
  } catch { /* this browser refuses to store: nothing is kept */ }
  all("form[method=post]").forEach(once);
  all("input[data-photo]").forEach(photo);
  all("[data-counter]").forEach(counter);
  const summary = document.querySelector(".errors");
  if (summary) summary.focus();
})();
