// « Code de sécurité » : une preuve de travail (altcha, PBKDF2). Sans elle, le serveur demande un délai.
(() => {
  "use strict";
  const place = document.querySelector("[data-altcha]");
  const form = place?.closest("form");
  if (!form || !globalThis.crypto?.subtle) return;
  const { parameters, signature } = JSON.parse(place.dataset.altcha);
  const state = place.querySelector("[data-altcha-etat]");
  const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
  const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  async function derive(counter) {
    const nonce = bytes(parameters.nonce);
    const password = new Uint8Array(nonce.length + 4);
    password.set(nonce);
    new DataView(password.buffer).setUint32(nonce.length, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const salt = bytes(parameters.salt);
    const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: parameters.cost };
    return hex(await crypto.subtle.deriveBits(how, key, parameters.keyLength * 8));
  }

  async function solve() {
    const started = Date.now();
    for (let counter = 0; ; counter += 1) {
      const derivedKey = await derive(counter);
      if (!derivedKey.startsWith(parameters.keyPrefix)) continue;
      const solution = { counter, derivedKey, time: Date.now() - started };
      return btoa(JSON.stringify({ challenge: { parameters, signature }, solution }));
    }
  }

  let sender = null;
  let solved = false;
  // Envoyé trop tôt : on finit d’abord, puis on envoie.
  form.addEventListener(
    "submit",
    (event) => {
      if (solved) return;
      event.preventDefault();
      sender = event.submitter;
      state.textContent = "Vérification en cours : la demande part dans un instant…";
    },
    true,
  );
  place.hidden = false;
  solve().then((proof) => {
    form.elements.altcha.value = proof;
    solved = true;
    state.textContent = "Vérification faite : vous n’avez rien à saisir.";
    if (sender) form.requestSubmit(sender);
  });
})();
