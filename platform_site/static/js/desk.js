// The minutes desk: rows that are added and keys that choose, on top of autosave.js.
"use strict";

(() => {
  // Rows ---------------------------------------------------------------------------

  function addRow(form, prefix) {
    const template = form.querySelector(`template[data-row-template="${prefix}"]`);
    const list = form.querySelector(`[data-rows="${prefix}"]`);
    const total = form.elements[`${prefix}-TOTAL_FORMS`];
    if (!template || !list || !total) {
      return null;
    }
    const number = Number(total.value);
    const row = template.content.firstElementChild.cloneNode(true);
    for (const element of row.querySelectorAll("*")) {
      for (const { name, value } of [...element.attributes]) {
        if (value.includes("__prefix__")) {
          element.setAttribute(name, value.replaceAll("__prefix__", number));
        }
      }
    }
    row.querySelector("legend")?.replaceChildren(`第${number + 1}列`);
    list.append(row);
    total.value = number + 1;
    return row;
  }

  // One form -----------------------------------------------------------------------

  class Desk extends Autosave {
    constructor(form) {
      super(form);
      form.addEventListener("keydown", (event) => this.pressed(event));
      form.addEventListener("click", (event) => this.clicked(event));
    }

    get gone() {
      return this.form.dataset.gone ?? "會議紀錄已確認，或您已不是幕僚人員";
    }

    get pending() {
      return "新案名稱按「加入」後才列入";
    }

    makeRoom(values) {
      for (const total of this.form.querySelectorAll("[name$='-TOTAL_FORMS']")) {
        const prefix = total.name.slice(0, -"-TOTAL_FORMS".length);
        const wanted = Math.min(Number(values.get(total.name)?.[0] ?? 0), 400);
        while (Number(total.value) < wanted && addRow(this.form, prefix)) {
          // until there is a row for all that was typed
        }
      }
    }

    // Names in the box are no cases yet: they stay on this computer until added.
    isPending() {
      const { add_names: names, relist } = this.form.elements;
      return Boolean(names?.value || relist?.value);
    }

    // Keys and buttons

    pressed(event) {
      const radio = event.target;
      if (radio.type !== "radio" || event.ctrlKey || event.altKey || event.metaKey) {
        return;
      }
      const row = radio.closest(".sheet-row");
      const radios = row ? [...row.querySelectorAll("input[type=radio]")] : [];
      if (/^[1-9]$/.test(event.key) && radios[event.key - 1]) {
        event.preventDefault();
        radios[event.key - 1].click();
        radios[event.key - 1].focus();
      } else if (event.key === "Enter" && row) {
        event.preventDefault();
        const rows = [...this.form.querySelectorAll(".sheet-row")];
        const next = rows[rows.indexOf(row) + 1];
        const into = next?.querySelector("input:checked, input, select");
        (into ?? this.form.querySelector("[name=do]")).focus();
      }
    }

    clicked(event) {
      const prefix = event.target.dataset?.addRow;
      if (prefix) {
        const row = addRow(this.form, prefix);
        if (row) {
          event.preventDefault();
          row.querySelector("input, textarea, select").focus();
        }
      }
    }
  }

  for (const form of document.querySelectorAll("form[data-part]")) {
    new Desk(form);
  }
})();
