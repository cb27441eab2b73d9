// Passkeys: the phone or the computer says who holds it. Where it cannot, no button is shown.
(() => {
  "use strict";
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer || [])))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const keys = (list) => list.map((key) => ({ ...key, id: bytes(key.id) }));

  async function made(options) {
    const { id, response } = await navigator.credentials.create({ publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: keys(options.excludeCredentials),
    } });
    return {
      credential_id: id,
      client_data: text(response.clientDataJSON),
      attestation: text(response.attestationObject),
    };
  }
  async function signed(options) {
    const { id, response } = await navigator.credentials.get({ publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: keys(options.allowCredentials),
    } });
    return {
      credential_id: id,
      client_data: text(response.clientDataJSON),
      authenticator_data: text(response.authenticatorData),
      signature: text(response.signature),
      user_handle: text(response.userHandle),
    };
  }

  // What the server answers; its refusals are sentences for the person.
  class Refusal extends Error {}
  async function send(form, address, more) {
    const body = new URLSearchParams(new FormData(form));
    for (const [name, value] of Object.entries(more)) body.set(name, value);
    const answer = await fetch(address, { method: "POST", body });
    if (answer.ok) return answer.json();
    if (answer.status === 422) throw new Refusal((await answer.json()).message);
    throw new Refusal(answer.status === 429 ? form.dataset.wait : form.dataset.failed);
  }
  function sentence(error, words) {
    if (error instanceof Refusal) return error.message;
    if (error.name === "NotAllowedError" || error.name === "AbortError") return words.cancelled;
    return error.name === "InvalidStateError" ? words.known : words.failed;
  }

  async function run(form) {
    const told = form.querySelector("[role=status]"), button = form.querySelector("button");
    button.disabled = true;
    told.className = "hint";
    told.textContent = form.dataset.working;
    try {
      const options = await send(form, form.dataset.options, {});
      const answer = await (form.dataset.passkey === "create" ? made : signed)(options);
      const { next } = await send(form, form.dataset.send, { ...answer, challenge: options.challenge });
      location.assign(next);
    } catch (error) {
      button.disabled = false;
      told.className = "err";
      told.textContent = sentence(error, form.dataset);
    }
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.addEventListener("submit", (event) => { event.preventDefault(); run(form); });
    form.hidden = false;
  }
  for (const words of document.querySelectorAll("[data-without-passkey]")) words.hidden = true;
})();
