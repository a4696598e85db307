// A form that saves itself on the way and keeps what was typed until then. Every such
// form works without a script; this sends the same form to the same address.
// What one kind of page does otherwise, its own file says in a class that extends this.
"use strict";

const Autosave = (() => {
  const PAUSE = 1200;
  const RETRY = 10000;
  const PREFIX = "desk:";
  // Not what somebody typed.
  const OF_THE_FORM = new Set(["csrfmiddlewaretoken", "version", "do", "rows-blank"]);

  function store(action, ...args) {
    try {
      return localStorage[action](...args);
    } catch {
      return null; // private windows and full disks keep nothing
    }
  }

  function clock(date) {
    return date.toLocaleTimeString("zh-TW", {
      hour: "2-digit",
      minute: "2-digit",
      hour12: false,
      timeZone: "Asia/Taipei", // as the server writes it
    });
  }

  function fieldsOf(form) {
    return [...new FormData(form)].filter(
      ([name, value]) => !OF_THE_FORM.has(name) && typeof value === "string"
    );
  }

  return class Autosave {
    constructor(form) {
      this.form = form;
      this.state = form.querySelector("[data-save-state]");
      this.key = `${PREFIX}${form.dataset.user}:${location.pathname}`;
      this.saved = fieldsOf(form);
      this.timer = 0;
      this.sending = null;
      this.isHeld = false; // a conflict or a lost session waits for a person
      // Somebody else's words stay no longer than his or her login here.
      this.forget((name) => !this.isOwn(name));
      this.forgetPosted();
      this.offerKept();
      form.addEventListener("input", () => this.changed());
      form.addEventListener("change", () => this.changed());
      form.addEventListener("submit", () => this.leave());
      document.addEventListener("keydown", (event) => {
        if ((event.ctrlKey || event.metaKey) && event.key === "s") {
          event.preventDefault();
          this.save();
        }
      });
      document.addEventListener("visibilitychange", () => {
        if (document.visibilityState === "hidden") {
          this.flush();
        }
      });
      addEventListener("pagehide", () => this.flush());
      addEventListener("pageshow", (event) => {
        if (event.persisted) {
          location.reload(); // what the browser kept may be older than what is saved
        }
      });
      addEventListener("online", () => this.isDirty() && this.save());
      document.getElementById("logout-form")?.addEventListener("submit", () => {
        this.isHeld = true;
        this.forget((name) => this.isOwn(name));
      });
    }

    // What is the same in two texts: here those that differ in blanks and width alone.
    fold(text) {
      return text.normalize("NFKC").replace(/\s+/g, "");
    }

    isSame(one, other) {
      const flat = (fields) =>
        fields
          .filter(([name, value]) => value !== "" && !/_FORMS$|-ORDER$/.test(name))
          .map(([name, value]) => `${name}=${this.fold(value)}`)
          .sort()
          .join("\n");
      return flat(one) === flat(other);
    }

    say(words, kind) {
      if (this.state) {
        this.state.textContent = words;
        this.state.dataset.state = kind;
      }
    }

    isDirty() {
      return !this.isSame(fieldsOf(this.form), this.saved);
    }

    get version() {
      return Number(this.form.elements.version.value);
    }

    // What is kept on this computer, until the server has it.

    keep() {
      const fields = fieldsOf(this.form);
      const at = Date.now();
      store("setItem", this.key, JSON.stringify({ version: this.version, at, fields }));
    }

    forget(isMeant) {
      const count = store("key", 0) === null ? 0 : localStorage.length;
      const names = Array.from({ length: count }, (_, i) => localStorage.key(i));
      for (const name of names) {
        if (name.startsWith(PREFIX) && isMeant(name)) {
          store("removeItem", name);
        }
      }
    }

    isOwn(name) {
      return name.startsWith(`${PREFIX}${this.form.dataset.user}:`);
    }

    // What was posted as a plain form is kept until the page that follows says so.
    forgetPosted() {
      const was = store("getItem", `${this.key}#posted`);
      store("removeItem", `${this.key}#posted`);
      if (was && document.querySelector(".messagelist .success")) {
        store("removeItem", this.key);
      }
    }

    offerKept() {
      const text = store("getItem", this.key);
      if (!text) {
        return;
      }
      let kept;
      try {
        kept = JSON.parse(text);
      } catch {
        store("removeItem", this.key);
        return;
      }
      if (this.isSame(kept.fields, this.saved)) {
        store("removeItem", this.key);
        return;
      }
      const box = this.form.querySelector("[data-kept]");
      const words = box.querySelector("[data-kept-words]");
      const take = box.querySelector("[data-kept-take]");
      const at = clock(new Date(kept.at));
      box.hidden = false;
      if (kept.version === this.version) {
        const before = this.saved;
        this.fill(kept.fields);
        take.hidden = true;
        words.textContent = `已取回這台電腦留下、${at} 尚未儲存的內容。`;
        this.changed();
        box.querySelector("[data-kept-drop]").addEventListener("click", () => {
          this.fill(before);
          this.drop(box);
        });
        return;
      }
      words.textContent = `這台電腦留有 ${at} 尚未儲存的內容，之後這一頁已另有儲存。取回後儲存時會並列兩份供您選擇。`;
      take.addEventListener("click", () => {
        this.form.elements.version.value = kept.version;
        this.fill(kept.fields);
        box.hidden = true;
        this.changed();
      });
      box.querySelector("[data-kept-drop]").addEventListener("click", () => this.drop(box));
    }

    drop(box) {
      store("removeItem", this.key);
      clearTimeout(this.timer);
      box.hidden = true;
      this.say("已捨棄", "saved");
    }

    fill(fields) {
      const values = new Map();
      for (const [name, value] of fields) {
        values.set(name, [...(values.get(name) ?? []), value]);
      }
      this.makeRoom(values);
      for (const element of this.form.elements) {
        if (!element.name || OF_THE_FORM.has(element.name) || /_FORMS$/.test(element.name)) {
          continue;
        }
        const said = values.get(element.name) ?? [];
        if (element.type === "checkbox" || element.type === "radio") {
          element.checked = said.includes(element.value);
        } else if (element.type !== "submit" && element.type !== "button") {
          element.value = said[0] ?? "";
        }
      }
    }

    // Make the fields for what is filled in, where there are not enough.
    makeRoom() {}

    // Saving

    // What the page holds that is not to be saved yet: it stays on this computer.
    isPending() {
      return false;
    }

    changed() {
      if (!this.isDirty() && !this.sending && !this.isPending()) {
        clearTimeout(this.timer);
        store("removeItem", this.key);
        if (this.state?.dataset.state === "waiting") {
          this.say("沒有未儲存的內容", "saved");
        }
        return;
      }
      this.keep();
      if (this.isHeld) {
        return;
      }
      this.say("尚未儲存", "waiting");
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.save(), PAUSE);
    }

    leave() {
      // The plain post carries everything; what fails comes back from what is kept.
      clearTimeout(this.timer);
      this.isLeaving = true;
      if (this.isDirty()) {
        this.keep();
      }
      store("setItem", `${this.key}#posted`, "1");
    }

    flush() {
      if (!this.isLeaving && !this.isHeld && this.timer && this.isDirty()) {
        clearTimeout(this.timer);
        this.save({ keepalive: true });
      }
    }

    async save(options = {}) {
      clearTimeout(this.timer);
      if (this.sending) {
        this.timer = setTimeout(() => this.save(), 200);
        return;
      }
      const body = new URLSearchParams(
        [...new FormData(this.form)].filter(([, value]) => typeof value === "string")
      );
      body.set("do", "autosave");
      const sent = fieldsOf(this.form);
      this.say("儲存中", "saving");
      this.sending = fetch(location.pathname, {
        method: "POST",
        body,
        headers: { Accept: "application/json" },
        redirect: "manual",
        // Browsers carry no more than 64 kB after the page is gone.
        keepalive: Boolean(options.keepalive) && body.toString().length < 60000,
      });
      try {
        const response = await this.sending;
        await this.answered(response, sent);
      } catch {
        this.say("未儲存：連線中斷，內容保留在這台電腦", "failed");
        this.timer = setTimeout(() => this.save(), RETRY);
      } finally {
        this.sending = null;
      }
    }

    async answered(response, sent) {
      const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
      if (response.type === "opaqueredirect" || response.status === 403) {
        this.isHeld = true;
        this.say("未儲存：登入已逾時，內容保留在這台電腦。", "failed");
        const link = document.createElement("a");
        link.href = location.pathname;
        link.textContent = "重新登入";
        this.state?.append(link);
        return;
      }
      if (response.status === 404) {
        this.isHeld = true;
        this.say(`未儲存：${this.gone}，內容保留在這台電腦`, "failed");
        return;
      }
      if (!isJson) {
        this.say(`未儲存：伺服器無法處理（${response.status}），內容保留在這台電腦`, "failed");
        this.timer = setTimeout(() => this.save(), RETRY);
        return;
      }
      const answer = await response.json();
      if (answer.state === "conflict") {
        this.conflict(answer.panel);
        return;
      }
      this.mark(answer.errors ?? {}, answer.lacks ?? {});
      if (answer.state === "invalid") {
        const count = Object.keys(answer.errors).length;
        const why = answer.errors[""] ?? `請更正標示的 ${count} 處`;
        this.say(`未儲存：${why.replace(/。$/, "")}，內容保留在這台電腦`, "failed");
        return;
      }
      this.isHeld = false;
      this.form.elements.version.value = answer.version;
      this.saved = sent;
      this.show(answer);
      const lacking = Object.keys(answer.lacks ?? {}).length;
      if (this.isDirty()) {
        this.changed();
        return;
      }
      if (this.isPending()) {
        this.keep(); // as of the version that is saved now
        this.say(`已儲存 ${answer.at}；${this.pending}`, "saved");
        return;
      }
      store("removeItem", this.key);
      this.form.querySelector("[data-kept]").hidden = true;
      this.say(`已儲存 ${answer.at}${lacking ? `，尚有 ${lacking} 處待補` : ""}`, "saved");
    }

    // What follows from what is saved, as the server wrote it.
    show(answer) {
      const live = this.form.querySelector("[data-live]");
      if (live && answer.live) {
        live.innerHTML = answer.live;
      }
    }

    mark(errors, lacks) {
      for (const fault of this.form.querySelectorAll("[data-fault]")) {
        const name = fault.dataset.fault;
        const words = errors[name] ?? lacks[name] ?? "";
        fault.textContent = words;
        fault.hidden = !words;
        fault.classList.toggle("wrong", name in errors);
        const field = this.form.elements[name];
        if (field instanceof HTMLElement) {
          field.toggleAttribute("aria-invalid", name in errors);
          if (name in errors) {
            field.setAttribute("aria-invalid", "true");
          }
        }
      }
      if (Object.keys(errors).length === 0) {
        this.form.querySelector("[data-first-error]")?.remove();
      }
    }

    conflict(panel) {
      this.isHeld = true;
      this.say("未儲存：另有人先儲存，請選擇", "failed");
      const box = document.createElement("div");
      box.className = "conflict-panel";
      box.innerHTML = panel;
      this.form.before(box);
      this.form.inert = true;
      box.querySelector("form").addEventListener("submit", () => {
        store("removeItem", this.key);
      });
      box.querySelector("a").addEventListener("click", () => {
        store("removeItem", this.key);
      });
      box.scrollIntoView({ block: "start" });
      box.querySelector("[tabindex]").focus();
    }
  };
})();
