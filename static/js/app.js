// Améliorations progressives : aucune page n’en dépend.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // Afficher le mot de passe ; masqué de nouveau à l’envoi.
  function showPassword(input) {
    const box = document.createElement("div");
    const button = document.createElement("button");
    box.className = "mdp";
    button.type = "button";
    button.className = "mdp__voir";
    button.setAttribute("aria-controls", input.id);
    const say = (shown) => {
      input.type = shown ? "text" : "password";
      button.textContent = shown ? "Masquer" : "Afficher";
      button.setAttribute("aria-label", `${button.textContent} le mot de passe`);
    };
    say(false);
    button.addEventListener("click", () => say(input.type === "password"));
    input.form?.addEventListener("submit", () => say(false));
    input.replaceWith(box);
    box.append(input, button);
  }

  // Un second clic sur « Envoyer » ne renvoie rien, le temps que la page réponde.
  function sendOnce(form) {
    form.addEventListener("submit", (event) => {
      if (event.defaultPrevented) return;
      if (form.dataset.parti) return event.preventDefault();
      form.dataset.parti = "1";
      setTimeout(() => delete form.dataset.parti, 4000);
    });
  }

  // Un bouton qui attend : <button data-attente="60">, en secondes depuis l’affichage de la page.
  function countDown(button) {
    const until = Date.now() + Number(button.dataset.attente) * 1000;
    const label = button.textContent;
    button.addEventListener("click", (event) => button.ariaDisabled === "true" && event.preventDefault());
    const tick = () => {
      const left = Math.ceil((until - Date.now()) / 1000);
      button.ariaDisabled = left > 0 ? "true" : null;
      button.textContent = left > 0 ? `${label} (dans ${left} s)` : label;
      if (left > 0) setTimeout(tick, 1000);
    };
    tick();
  }

  // Les règles du mot de passe, vérifiées à la frappe ; le serveur décide.
  function checkRules(box) {
    const input = document.getElementById(box.dataset.regles);
    const words = (box.dataset.mots || "").split(" ").filter(Boolean);
    const plain = (text) => text.normalize("NFKD").toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
    const said = box.querySelector("[data-regles-dit]");
    const rules = all("[data-regle]", box).filter((rule) => rule.dataset.regle !== "mots" || words.length);
    const again = document.getElementById(box.querySelector("[data-avec]").dataset.avec);
    const holds = {
      longueur: () => [...input.value].length >= 12 && [...input.value].length <= 128,
      mots: () => !words.some((word) => plain(input.value).includes(word)),
      repete: () => input.value === again.value,
    };
    const check = () => {
      const typed = input.value !== "";
      rules.forEach((rule) => {
        rule.dataset.etat = typed ? (holds[rule.dataset.regle]() ? "oui" : "non") : "";
      });
    };
    const tell = () => {
      const broken = rules.filter((rule) => rule.dataset.etat === "non").map((rule) => rule.textContent);
      said.textContent = broken.length ? `Reste à respecter : ${broken.join(" ; ")}` : "";
    };
    [input, again].forEach((field) => {
      field.addEventListener("input", check);
      field.addEventListener("change", tell);
    });
  }

  // « jusqu’au … » de chaque durée suit le premier jour ; le serveur décide.
  function followStart(input) {
    const ends = all("[data-mois]", input.form);
    if (!ends.length) return;
    const show = () => {
      const [year, month, day] = input.value.split("-").map(Number);
      if (!day) return;
      ends.forEach((end) => {
        const months = month - 1 + Number(end.dataset.mois);
        const last = new Date(Date.UTC(year, months + 1, 0)).getUTCDate();
        const until = new Date(Date.UTC(year, months, Math.min(day, last))).toISOString().slice(0, 10);
        const shown = until < end.dataset.auPlus ? until : end.dataset.auPlus;
        end.textContent = shown.split("-").reverse().join("/");
      });
    };
    input.addEventListener("input", show);
  }

  // « 3 personnes choisies » suit les cases : <p data-compte="nom des cases">.
  function countTicks(said) {
    const form = said.closest("form");
    const tell = () => {
      const number = form.querySelectorAll(`input[name="${said.dataset.compte}"]:checked`).length;
      const words = number > 1 ? `${number} personnes choisies` : "1 personne choisie";
      said.textContent = number ? words : "Aucune personne choisie";
    };
    form.addEventListener("change", tell);
    tell();
  }

  function enhance(root) {
    all('input[name="debut"]', root).forEach(followStart);
    all('input[type="password"]', root).forEach(showPassword);
    all('form[method="post"]', root).forEach(sendOnce);
    all("button[data-attente]", root).forEach(countDown);
    all("[data-regles]", root).forEach(checkRules);
    all("[data-compte]", root).forEach(countTicks);
    all("button[data-imprimer]", root).forEach((button) => {
      button.hidden = false;
      button.addEventListener("click", () => print());
    });
  }

  // Fenêtre : on va chercher la page ordinaire, on en montre la partie [data-dialogue-corps].
  async function fill(dialog, href) {
    const answer = await fetch(href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const part = page.querySelector("[data-dialogue-corps]");
    if (!answer.ok || answer.redirected || !part) return false;
    all("form", part).forEach((form) => form.getAttribute("action") || (form.action = href));
    dialog.querySelector("h2").textContent = page.querySelector("h1").textContent;
    dialog.querySelector("[data-dialogue-place]").replaceChildren(document.importNode(part, true));
    enhance(dialog);
    return true;
  }

  async function open(dialog, href) {
    if (!(await fill(dialog, href).catch(() => false))) return location.assign(href);
    if (!dialog.open) dialog.showModal();
    (dialog.querySelector("[autofocus]") || dialog.querySelector("h2")).focus();
  }

  const dialog = document.getElementById("dialogue");
  if (dialog?.showModal) {
    let opener = null;
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[data-dialogue]");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      if (!dialog.contains(link)) opener = link;
      open(dialog, link.href);
    });
    // Une recherche (GET) faite dans la fenêtre y reste ; un envoi (POST) suit le chemin ordinaire.
    dialog.addEventListener("submit", (event) => {
      const form = event.target;
      if (form.method !== "get") return;
      event.preventDefault();
      open(dialog, `${form.action.split("?")[0]}?${new URLSearchParams(new FormData(form))}`);
    });
    dialog.addEventListener("click", (event) => {
      if (!event.target.closest("[data-fermer]")) return;
      event.preventDefault();
      dialog.close();
    });
    dialog.addEventListener("close", () => opener?.focus());
  }

  // Un menu se ferme à Échap et au clic ailleurs.
  const menus = () => all("details[data-menu][open]");
  document.addEventListener("click", (event) =>
    menus().forEach((menu) => menu.contains(event.target) || (menu.open = false)),
  );
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    menus().forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  // Trois minutes avant la fin de la session, on propose de rester connecté : la saisie n’est pas perdue.
  function watchSession(bar) {
    const text = bar.querySelector("[data-session-texte]");
    const button = bar.querySelector("button");
    const warning = text.textContent;
    const last = "Votre session de 8 heures se termine. Enregistrez votre travail, puis reconnectez-vous.";
    const ended = "Votre session est terminée. Copiez ce que vous avez saisi, puis rechargez la page.";
    let end = 0;
    let words = warning;
    const restart = (seconds) => {
      end = Date.now() + seconds * 1000;
      bar.hidden = true;
    };
    const say = (sentence) => {
      if (text.textContent !== sentence) text.textContent = sentence;
      button.hidden = sentence !== warning;
      bar.hidden = false;
    };
    // Un poste mis en veille arrête les minuteries : on compare des heures.
    setInterval(() => {
      const left = end - Date.now();
      if (left <= 0) say(ended);
      else if (left <= 180_000) say(words);
    }, 5000);
    bar.querySelector("form").addEventListener("submit", async (event) => {
      event.preventDefault();
      const sent = { method: "POST", body: new FormData(event.target) };
      const answer = await fetch(event.target.action, sent).catch(() => null);
      if (!answer) return;
      const left = Number(answer.headers.get("Session-Seconds"));
      if (answer.ok && !answer.redirected && left > 0) {
        if (left <= 180) words = last;
        restart(left);
        if (left <= 180) say(last);
      } else say(ended);
    });
    restart(Number(bar.dataset.session));
  }

  // Un travail qui avance : la page est relue, sans prolonger la session, jusqu’à sa fin.
  function follow(box) {
    const again = async () => {
      const answer = await fetch(location.href, { headers: { "X-Relecture": "1" } }).catch(() => null);
      if (!answer) return setTimeout(again, 5000);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-suivi]");
      if (!fresh) return location.reload();
      box.replaceChildren(...document.importNode(fresh, true).childNodes);
      setTimeout(again, 2000);
    };
    setTimeout(again, 1000);
  }

  all("[data-suivi]").forEach(follow);
  all("[data-session]").forEach(watchSession);
  enhance(document);
  document.querySelector("[data-resume-erreurs]")?.focus();
})();
