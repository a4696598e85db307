// The rounds: what is typed to a text stays on this computer until it is saved.
// Every form works without this file.
"use strict";

(() => {
  const PREFIX = "rounds:";

  function store(action, ...args) {
    try {
      return localStorage[action](...args);
    } catch {
      return null; // private windows and full disks keep nothing
    }
  }

  const isDone = () => Boolean(document.querySelector(".messagelist .success"));

  function typedIn(form) {
    const fields = {};
    for (const element of form.elements) {
      if (!element.name || ["hidden", "submit", "button"].includes(element.type)) {
        continue;
      }
      fields[element.name] = element.type === "checkbox" ? element.checked : element.value;
    }
    return fields;
  }

  function fill(form, fields) {
    for (const [name, value] of Object.entries(fields)) {
      const element = form.elements[name];
      if (!element) {
        continue;
      }
      if (element.type === "checkbox") {
        element.checked = value;
      } else {
        element.value = value;
      }
    }
  }

  function tell(form, was, key) {
    const box = document.createElement("div");
    box.className = "desk-kept";
    box.setAttribute("role", "status");
    const words = document.createElement("p");
    words.textContent = "已取回這台電腦留下、尚未存入的內容。";
    const drop = document.createElement("button");
    drop.type = "button";
    drop.textContent = "捨棄";
    drop.addEventListener("click", () => {
      fill(form, was);
      store("removeItem", key);
      box.remove();
    });
    box.append(words, drop);
    form.prepend(box);
  }

  // What was posted is kept until the page that follows says it was saved.
  const posted = store("getItem", `${PREFIX}posted`);
  if (posted && isDone()) {
    store("removeItem", posted);
  }
  store("removeItem", `${PREFIX}posted`);

  for (const form of document.querySelectorAll("form[data-keep]")) {
    const owner = `${PREFIX}${form.dataset.user}:`;
    const key = `${owner}${location.pathname}#${form.dataset.keep}`;
    const was = typedIn(form);
    const kept = store("getItem", key);
    if (kept && kept !== JSON.stringify(was)) {
      try {
        fill(form, JSON.parse(kept));
        form.closest("details")?.setAttribute("open", "");
        tell(form, was, key);
      } catch {
        store("removeItem", key);
      }
    }
    form.addEventListener("input", () => {
      const now = JSON.stringify(typedIn(form));
      if (now === JSON.stringify(was)) {
        store("removeItem", key);
      } else {
        store("setItem", key, now);
      }
    });
    form.addEventListener("submit", () => store("setItem", `${PREFIX}posted`, key));
  }

  // Somebody else's words stay no longer than his or her login here.
  document.getElementById("logout-form")?.addEventListener("submit", () => {
    const count = store("key", 0) === null ? 0 : localStorage.length;
    for (const name of Array.from({ length: count }, (_, i) => localStorage.key(i))) {
      if (name.startsWith(PREFIX)) {
        store("removeItem", name);
      }
    }
  });

  document.querySelector("[data-first-error]")?.focus();
})();
