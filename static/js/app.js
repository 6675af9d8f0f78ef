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

  // « 3 personnes choisies » suit les cases : <p data-compte="nom des cases" data-un data-plusieurs data-aucun>.
  function countTicks(said) {
    const form = said.closest("form");
    const tell = () => {
      const number = form.querySelectorAll(`input[name="${said.dataset.compte}"]:checked`).length;
      const { un, plusieurs, aucun } = said.dataset;
      said.textContent = number ? `${number} ${number > 1 ? plusieurs : un}` : aucun;
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

  // La page ordinaire, lue sans y aller.
  async function read(href, options = {}) {
    const answer = await fetch(href, { headers: { Accept: "text/html" }, ...options });
    return [answer, new DOMParser().parseFromString(await answer.text(), "text/html")];
  }

  // Fenêtre : on en montre la partie [data-dialogue-corps], et ce qu’un refus dit en dehors d’elle.
  function show(dialog, page, href) {
    const part = page.querySelector("[data-dialogue-corps]");
    if (!part) return false;
    all("form", part).forEach((form) => form.getAttribute("action") || (form.action = href));
    const said = all("main .message, [data-resume-erreurs]", page).filter((one) => !part.contains(one));
    dialog.querySelector("h2").textContent = page.querySelector("h1").textContent;
    const parts = [...said, part].map((one) => document.importNode(one, true));
    dialog.querySelector("[data-dialogue-place]").replaceChildren(...parts);
    enhance(dialog);
    if (!dialog.open) dialog.showModal();
    (dialog.querySelector("[data-resume-erreurs], [autofocus]") || dialog.querySelector("h2")).focus();
    return true;
  }

  async function open(dialog, href) {
    const [answer, page] = await read(href).catch(() => [{}]);
    if (!answer.ok || answer.redirected || !show(dialog, page, href)) location.assign(href);
  }

  // Un acte sur une ligne de [data-sur-place] : la page qui suit est relue, on n’en reprend que la ligne,
  // l’en-tête et l’annonce, montrée sous la ligne. Vrai quand il n’y a plus rien à faire.
  async function actInPlace(form, button, opener) {
    const sent = new FormData(form);
    if (button?.name) sent.append(button.name, button.value);
    const [answer, page] = await read(form.action, { method: "POST", body: sent });
    const url = new URL(answer.url);
    if (!answer.redirected) return dialog.contains(form) && show(dialog, page, form.action);
    if (!answer.ok || url.pathname !== location.pathname) return location.assign(url), true;
    dialog.close();
    replaceLine(page, opener);
    return true;
  }

  function replaceLine(page, opener) {
    const asked = opener.closest("tr");
    const place = asked.closest("[data-sur-place]");
    const id = asked.dataset.ligne || asked.id; // une annonce vaut pour sa ligne, même supprimée
    const line = document.getElementById(id) || asked;
    const rank = all("a, button, input", line).indexOf(opener);
    const fresh = page.getElementById(id);
    const told = document.createElement("tr");
    told.className = "revue__annonce";
    told.dataset.ligne = id;
    const cell = told.insertCell();
    cell.colSpan = place.querySelector("thead tr").cells.length;
    cell.append(...all('.annonce:has([role="status"])', page).map((one) => document.importNode(one, true)));
    all("[role]", told).forEach((one) => one.removeAttribute("role"));
    all(".revue__annonce", place).forEach((one) => one === line || one.remove());
    const stays = fresh ? document.importNode(fresh, true) : line.nextElementSibling || line.previousElementSibling;
    line.after(told);
    if (fresh) {
      const box = stays.querySelector(".case input");
      if (box) box.checked = line.querySelector(".case input")?.checked;
      line.replaceWith(stays);
      enhance(stays);
    } else line.remove();
    enhance(told);
    document.getElementById("tete").replaceWith(page.getElementById("tete"));
    place.querySelector("[data-dit]").textContent = told.querySelector("p")?.textContent || "";
    place.dispatchEvent(new Event("change"));
    const same = fresh && line.id && all("a, button, input", stays)[rank];
    (same || (stays || place).querySelector("a"))?.focus();
  }

  const dialog = document.getElementById("dialogue");
  let opener = null;
  if (dialog?.showModal) {
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[data-dialogue]");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      if (!dialog.contains(link)) opener = link;
      open(dialog, link.href);
    });
    document.addEventListener("submit", (event) => {
      const [form, button] = [event.target, event.submitter];
      const inside = dialog.contains(form);
      if (event.defaultPrevented || !(inside || form.closest("tr"))) return;
      // Une recherche (GET) faite dans la fenêtre y reste.
      if (inside && form.method === "get") {
        event.preventDefault();
        open(dialog, `${form.action.split("?")[0]}?${new URLSearchParams(new FormData(form))}`);
      } else if (form.method === "post" && (inside ? opener : button)?.closest("[data-sur-place]")) {
        event.preventDefault();
        const page = inside ? opener.href : location.href;
        actInPlace(form, button, inside ? opener : button)
          .then((done) => done || location.assign(page))
          .catch(() => location.assign(page));
      }
    });
    dialog.addEventListener("click", (event) => {
      if (!event.target.closest("[data-fermer]")) return;
      event.preventDefault();
      dialog.close();
    });
    dialog.addEventListener("close", () => opener?.focus());
  }

  // Les choix d’une liste qui en commandent d’autres : la page est relue, seuls ceux-là changent.
  function cascade(part) {
    let asked = 0;
    part.addEventListener("change", async ({ target }) => {
      const mine = (asked += 1);
      const form = part.closest("form");
      const href = `${form.action.split("?")[0]}?${new URLSearchParams(new FormData(form))}`;
      const [answer, page] = await read(href).catch(() => [{}]);
      const fresh = answer.ok && !answer.redirected && page.getElementById(part.id);
      if (!fresh || mine !== asked) return;
      const kept = target.closest(".champ");
      const parts = [...fresh.children].map((one) => document.importNode(one, true));
      const at = parts.findIndex((one) => one.querySelector(`#${target.id}`));
      if (at < 0) return part.replaceChildren(...parts);
      all(":scope > *", part).forEach((one) => one === kept || one.remove());
      kept.before(...parts.slice(0, at));
      kept.after(...parts.slice(at + 1));
    });
  }

  // Les lignes cochées : leur nombre, et « Tout cocher » sans recharger la page.
  function count(form) {
    const boxes = () => [...form.elements].filter((one) => one.type === "checkbox");
    const beyond = () => all('input[name="choix"]', form);
    const say = () => {
      const others = beyond().length;
      const many = boxes().filter((one) => one.checked).length + others;
      const plural = many > 1 ? "s" : "";
      const where = others ? `, dont ${others} sur d’autres pages` : "";
      form.querySelector("[data-coches]").textContent = many ? `${many} cochée${plural}${where}` : "Aucune cochée";
    };
    form.addEventListener("click", (event) => {
      const link = event.target.closest("[data-cocher]");
      if (!link || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      const on = link.dataset.cocher === "oui";
      if (!on) beyond().forEach((one) => one.remove());
      boxes().forEach((one) => { one.checked = on; });
      say();
    });
    form.closest("section").addEventListener("change", say);
    say();
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

  // Les alertes non lues, tant que l’onglet est visible : relu sans prolonger la session, jusqu’à sa fin.
  function watchBell(bell) {
    const badge = bell.querySelector(".compteur");
    let timer = null;
    const again = async () => {
      const asked = { headers: { "X-Relecture": "1" }, redirect: "manual" };
      const answer = await fetch(bell.dataset.cloche, asked).catch(() => null);
      if (answer && !answer.ok) return document.removeEventListener("visibilitychange", turn);
      if (answer) {
        const count = Number(await answer.text());
        badge.hidden = !count;
        badge.querySelector("[data-nombre]").textContent = count;
      }
      timer = setTimeout(turn, 60000);
    };
    const turn = () => {
      clearTimeout(timer);
      if (document.visibilityState === "visible") again();
    };
    document.addEventListener("visibilitychange", turn);
    timer = setTimeout(turn, 60000);
  }

  all("[data-suivi]").forEach(follow);
  all("[data-cloche]").forEach(watchBell);
  all("[data-relu]").forEach(cascade);
  all("form.lot").forEach(count);
  all("[data-session]").forEach(watchSession);
  enhance(document);
  document.querySelector("[data-resume-erreurs]")?.focus();
})();
