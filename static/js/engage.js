// Comforts for forms; every page works without this file.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);

  // What was typed stays on this phone until it has been sent, a week at most (a choice of a vote half an hour); addresses never.
  const DAY = 24 * 3600 * 1000, WEEK = 7 * DAY;
  const PREFIX = "engage:";
  const isVote = (key) => key.startsWith("vote-");
  const life = (key) => (isVote(key) ? DAY / 48 : WEEK);
  const read = (key) => JSON.parse(localStorage.getItem(PREFIX + key) || "null");
  const ticks = (e) => /^(radio|checkbox)$/.test(e.type);
  const slot = (e) => (ticks(e) ? `${e.name}=${e.value}` : e.name);
  const kept = (form) => [...form.elements].filter((e) => e.name && !/^(one-time-code|name|email|tel)$/.test(e.autocomplete) &&
    /^(textarea|select-one|text|radio|checkbox)$/.test(e.type) && !e.closest("[data-kept]"));

  function keep(form) {
    const key = form.dataset.keep;
    const save = (sent) => {
      const fields = Object.fromEntries(kept(form).map((e) => [slot(e), ticks(e) ? e.checked : e.value]));
      try { localStorage.setItem(PREFIX + key, JSON.stringify({ at: Date.now(), sent, fields })); } catch { /* full: nothing is kept */ }
    };
    const saved = read(key);
    // A form that comes back with errors already holds what was typed.
    if (saved && !document.querySelector(".errors, #a-verifier")) {
      let back = false;
      for (const e of kept(form)) {
        const value = saved.fields[slot(e)], area = /^text/.test(e.type);
        if (typeof value === "boolean") { e.checked = value; back ||= value && isVote(key); }
        else if (value && (!e.value || e.type === "select-one")) { e.value = value; back ||= area; }
      }
      if (back && form.dataset.back) tellBack(form, saved, () => localStorage.removeItem(PREFIX + key));
    }
    form.addEventListener("input", () => save(false));
    form.addEventListener("submit", () => save(true));
  }
  // "Your text of yesterday is still here", and a way to be rid of it.
  function tellBack(form, saved, drop) {
    const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(saved.at).setHours(0, 0, 0, 0)) / DAY);
    const [today, yesterday, earlier] = form.dataset.back.split("|");
    const line = document.createElement("p"), button = document.createElement("button");
    line.className = "note info back-again";
    line.setAttribute("role", "status");
    line.textContent = days > 1 ? earlier.replace("{n}", days) : days && yesterday || today;
    button.type = "button";
    button.className = "btn quiet small";
    button.textContent = form.dataset.drop;
    button.addEventListener("click", () => {
      drop();
      form.reset();
      for (const e of kept(form)) if (!ticks(e)) e.dispatchEvent(new Event("change"));
      line.remove();
      kept(form)[0].focus();
    });
    line.append(" ", button);
    form.prepend(line);
  }
  // It arrived when the next page says so, or is another page. Old texts go too.
  function forget() {
    const told = document.querySelector("main > [role=status]");
    const here = told ? [] : all("form[data-keep]").map((form) => form.dataset.keep);
    for (const name of Object.keys(localStorage).filter((name) => name.startsWith(PREFIX))) {
      const key = name.slice(PREFIX.length), saved = read(key);
      if (Date.now() - saved.at > life(key) || (saved.sent && !here.includes(key))) localStorage.removeItem(name);
    }
  }

  // On a phone of several people, and once somebody leaves, nothing that was typed stays.
  const wipe = () => Object.keys(localStorage).filter((name) => name.startsWith(PREFIX)).forEach((name) => localStorage.removeItem(name));
  const LEAVING = "form[action='/compte/sortie'], form[action='/compte/ce-telephone/effacer'], form[action$='/voter/autre']";

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
  // Up to `most` photos, one after the other or together; each can be taken off again.
  function photo(input) {
    const live = byId(input.dataset.photo), most = Number(input.dataset.most || 1);
    let chosen = [];
    const show = () => {
      const box = new DataTransfer();
      chosen.forEach((one) => box.items.add(one.file));
      input.files = box.files;
      all(".taken", input.parentElement).forEach((e) => e.remove());
      for (const one of chosen) live.before(item(one));
    };
    const item = (one) => {
      const taken = document.createElement("div");
      taken.className = "taken";
      taken.append(one.canvas || one.file.name);
      if (most > 1) {
        const off = document.createElement("button");
        off.type = "button";
        off.className = "btn quiet small";
        off.textContent = live.dataset.off;
        off.addEventListener("click", () => {
          chosen = chosen.filter((other) => other !== one);
          live.textContent = "";
          show();
          input.focus();
        });
        taken.append(off);
      }
      return taken;
    };
    const prepared = async (file) => {
      try {
        const { blob, canvas } = await shrink(file);
        canvas.setAttribute("aria-hidden", "true");
        return { file: new File([blob], "photo.jpg", { type: "image/jpeg" }), canvas, kb: Math.ceil(blob.size / 1024) };
      } catch {
        return { file };
      }
    };
    input.addEventListener("change", () => {
      const files = [...input.files], before = most > 1 ? chosen : [];
      if (!files.length) return show();
      live.textContent = live.dataset.work;
      input.pending = (async () => {
        const fresh = [];
        for (const file of files.slice(0, most - before.length)) fresh.push(await prepared(file));
        chosen = [...before, ...fresh];
        show();
        const last = fresh[fresh.length - 1];
        live.textContent = files.length > fresh.length ? live.dataset.over
          : last.kb ? live.dataset.done.replace("{n}", last.kb) : live.dataset.asis;
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

  // The places of the chosen neighbourhood alone.
  function narrow(places) {
    const hood = byId(places.dataset.within);
    const say = () => {
      for (const group of all("optgroup", places)) {
        group.disabled = group.hidden = Boolean(hood.value) && group.dataset.of !== hood.value;
        if (group.disabled && group.contains(places.selectedOptions[0])) places.value = "";
      }
    };
    hood.addEventListener("change", say);
    say();
  }

  // The code of a letter stands behind the "#" of its address, which reaches no server.
  function scanned() {
    byId("code").value = location.hash.slice(1);
    history.replaceState(null, "", location.pathname);
  }

  try {
    const shared = document.querySelector("aside.shared");
    if (shared || document.querySelector("[data-wipe]")) wipe();
    forget();
    if (!shared) all("form[data-keep]").forEach(keep);
    for (const button of all("button[name=reponse][value=non]")) button.addEventListener("click", wipe);
    for (const form of all(LEAVING)) if (!form.elements.nom) form.addEventListener("submit", wipe);
  } catch { /* this browser refuses to store: nothing is kept */ }
  all("form[method=post]").forEach(once);
  all("input[data-photo]").forEach(photo);
  all("[data-counter]").forEach(counter);
  all("select[data-within]").forEach(narrow);
  if (location.pathname === "/code" && location.hash.length === 15) scanned();
  const summary = document.querySelector(".errors");
  if (summary) summary.focus();
})();
