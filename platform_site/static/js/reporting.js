// The editor of a slot: numbers by button, pasting from Word, the last period's text
// and the preview, on top of autosave.js. Plain typing and plain forms do the same.
"use strict";

(() => {
  const PATIENCE = 4000;

  // A template that the browser did not open by itself.
  function openShadow(host) {
    const template = host?.querySelector("template[shadowrootmode]");
    if (template && !host.shadowRoot) {
      host.attachShadow({ mode: "open" }).append(template.content);
      template.remove();
    }
  }

  class Report extends Autosave {
    constructor(form) {
      super(form);
      this.text = form.querySelector("#id_text");
      this.tools = form.querySelector("[data-tools]");
      this.undo = form.querySelector("[data-undo]");
      this.preview = document.querySelector("[data-preview]");
      openShadow(this.preview);
      this.tools.hidden = false;
      this.aside = ""; // what stood there before 本季無變動 was chosen
      this.before = null;
      form.addEventListener("click", (event) => this.clicked(event));
      form.addEventListener("change", (event) => this.chosen(event));
      this.text.addEventListener("paste", (event) => this.pasted(event));
      this.text.addEventListener("input", () => this.count());
      this.follow();
      this.count();
    }

    get gone() {
      return "這一件已不由您填報，或已改為共同（各縣市）填報";
    }

    get pending() {
      return "答覆按「答覆並送出」後才送出";
    }

    // Every line counts here, and every blank in it.
    fold(text) {
      const lines = text.replace(/\r\n?/g, "\n").split("\n");
      return lines.map((line) => line.trimEnd()).join("\n").replace(/^\n+|\n+$/g, "");
    }

    // An answer goes with handing in: until then it stays on this computer.
    isPending() {
      return Boolean(this.form.elements.words?.value.trim());
    }

    show(answer) {
      const table = this.preview?.shadowRoot?.querySelector("table");
      if (table) {
        table.outerHTML = answer.live;
      }
      const state = document.querySelector("[data-slot-state]");
      if (state && answer.label !== state.textContent) {
        state.textContent = answer.label;
        state.className = "slot-state";
      }
    }

    count() {
      const box = this.form.querySelector("[data-count]");
      box.textContent = this.text.value ? `${[...this.text.value].length} 字` : "";
    }

    // 本季無變動 -----------------------------------------------------------------------

    isUnchanged() {
      return this.form.elements.kind.value === "unchanged";
    }

    follow() {
      this.form.querySelector("[data-text]").hidden = this.isUnchanged();
    }

    chosen(event) {
      if (event.target.name !== "kind") {
        return;
      }
      if (this.isUnchanged()) {
        this.aside = this.text.value;
        this.text.value = "";
      } else if (!this.text.value) {
        this.text.value = this.aside;
      }
      this.follow();
      this.count();
      this.changed();
    }

    // Texts that are put in ------------------------------------------------------------

    // As if it were typed, so that the browser's own undo takes it back.
    put(text, start, end) {
      this.text.focus();
      this.text.setSelectionRange(start, end);
      const done = document.execCommand(text ? "insertText" : "delete", false, text);
      if (!done || this.text.value.slice(start, start + text.length) !== text) {
        this.text.setRangeText(text, start, end, "end");
      }
      this.count();
      this.changed();
    }

    replace(text, caret) {
      if (text !== this.text.value) {
        this.before = this.text.value;
        this.undo.hidden = false;
        this.put(text, 0, this.text.value.length);
      }
      this.text.setSelectionRange(caret, caret);
      this.text.focus();
    }

    async ask(what) {
      const { csrfmiddlewaretoken: token } = this.form.elements;
      const body = new URLSearchParams({ csrfmiddlewaretoken: token.value, ...what });
      const response = await fetch(location.pathname, {
        method: "POST",
        body,
        headers: { Accept: "application/json" },
        redirect: "manual",
        signal: AbortSignal.timeout(PATIENCE),
      });
      if (!response.ok) {
        throw new Error(`${response.status}`);
      }
      return response.json();
    }

    clicked(event) {
      const button = event.target.closest("button");
      if (!button) {
        return;
      }
      if (button.dataset.level) {
        this.number(button.dataset.level);
      } else if (button === this.undo) {
        const text = this.before;
        this.replace(text, text.length);
        this.undo.hidden = true;
      } else if (button.value === "start") {
        event.preventDefault();
        this.start();
      } else if (button.value === "tidy") {
        event.preventDefault();
        this.tidy();
      }
    }

    start() {
      const last = this.form.querySelector("[data-last-text]").content.textContent;
      this.form.elements.kind.value = "text";
      this.follow();
      this.replace(last, last.length);
      this.text.scrollIntoView({ block: "nearest" });
    }

    async tidy() {
      const text = this.text.value;
      try {
        const answer = await this.ask({ do: "tidy", text });
        if (this.text.value === text) {
          this.replace(answer.text, answer.text.length);
        }
      } catch {
        this.say("未整理：連線中斷，請稍後再按一次", "failed");
      }
    }

    async number(level) {
      const text = this.text.value;
      const lineOf = (place) => text.slice(0, place).split("\n").length - 1;
      const first = lineOf(this.text.selectionStart);
      const last = Math.max(first, lineOf(this.text.selectionEnd));
      try {
        const answer = await this.ask({ do: "level", text, first, last, level });
        if (this.text.value !== text) {
          return; // somebody typed on meanwhile
        }
        const lines = answer.text.split("\n").slice(0, answer.line + 1);
        this.replace(answer.text, lines.join("\n").length);
      } catch {
        this.say("未編號：連線中斷，請稍後再試，或直接輸入編號", "failed");
      }
    }

    async pasted(event) {
      const text = event.clipboardData?.getData("text/plain") ?? "";
      if (!/[\n\r\t\v\u00a0\uf000-\uf0ff]/.test(text)) {
        return; // a few words, which the browser puts in by itself
      }
      event.preventDefault();
      let tidied = text.replace(/\r\n?|\v/g, "\n");
      try {
        tidied = (await this.ask({ do: "tidy", text })).text;
      } catch {
        // what was copied goes in as it is
      }
      this.put(tidied, this.text.selectionStart, this.text.selectionEnd);
    }
  }

  openShadow(document.querySelector("[data-preview]"));
  for (const form of document.querySelectorAll("form[data-report]")) {
    new Report(form);
  }
  document.querySelector("[role=alert][tabindex]")?.focus();
})();
