// Reading papers: reads one after another with a bar that moves, and saves a row of
// a review where it stands. Every form works without this file.
"use strict";

(() => {
  function focusFirst() {
    document.querySelector("[data-first-error]")?.focus();
  }

  function fragment(html) {
    const template = document.createElement("template");
    template.innerHTML = html.trim();
    return template.content.firstElementChild;
  }

  async function send(form, button) {
    const body = new URLSearchParams(
      [...new FormData(form, button)].filter(([, value]) => typeof value === "string")
    );
    return fetch(form.action, {
      method: "POST",
      body,
      headers: { Accept: "application/json" },
      redirect: "manual",
    });
  }

  function isJson(response) {
    return response.headers.get("Content-Type")?.startsWith("application/json") ?? false;
  }

  // Reading on -----------------------------------------------------------------------

  async function readOn(form) {
    const bar = form.querySelector("progress");
    const words = form.querySelector("[data-progress-words]");
    const button = form.querySelector("[data-read-on]");
    const list = document.querySelector("[data-readings]");
    button.hidden = true;
    for (;;) {
      let response;
      try {
        response = await send(form, null);
      } catch {
        words.textContent = "連線中斷，尚未讀取的文件仍在等待。";
        break;
      }
      if (!response.ok || !isJson(response)) {
        words.textContent = "讀取停止，請重新整理頁面後按「繼續讀取」。";
        break;
      }
      const answer = await response.json();
      form.elements.of.value = answer.of;
      bar.max = answer.of;
      bar.value = answer.done;
      words.textContent = answer.left
        ? `已讀取 ${answer.done}／${answer.of} 份，尚有 ${answer.left} 份。`
        : `${answer.of} 份都已讀取。`;
      if (answer.key !== null) {
        const row = document.getElementById(`reading-${answer.key}`);
        const now = answer.row ? fragment(answer.row) : "";
        if (row) {
          row.replaceWith(now);
        } else {
          list?.prepend(now);
        }
      }
      if (answer.left === 0) {
        return;
      }
      if (answer.key === null) {
        words.textContent += "其餘由其他視窗讀取中。";
        break;
      }
    }
    button.hidden = false;
  }

  // Rows of a review -------------------------------------------------------------------

  async function choose(form, button) {
    const row = form.closest(".read-row");
    row.setAttribute("aria-busy", "true");
    let response;
    try {
      response = await send(form, button);
    } catch {
      row.removeAttribute("aria-busy");
      tell(form, "未儲存：連線中斷，請再按一次。");
      return;
    }
    row.removeAttribute("aria-busy");
    if (response.status === 422 && isJson(response)) {
      const { errors } = await response.json();
      form.querySelector("details")?.setAttribute("open", "");
      tell(form, Object.values(errors).join(" "));
      return;
    }
    if (!response.ok || !isJson(response)) {
      // A conflict, a lost session: the plain form shows the page that says so.
      const hidden = document.createElement("input");
      hidden.type = "hidden";
      hidden.name = button.name;
      hidden.value = button.value;
      form.append(hidden);
      form.submit();
      return;
    }
    const answer = await response.json();
    for (const [order, html] of Object.entries(answer.rows)) {
      document.getElementById(`row-${order}`)?.replaceWith(fragment(html));
    }
    const live = document.querySelector("[data-live]");
    if (live) {
      live.innerHTML = answer.live;
      count(live);
    }
    const done = document.getElementById(row.id);
    const next = done?.nextElementSibling?.querySelector("button.default") ?? done?.querySelector("button");
    next?.focus({ preventScroll: false });
  }

  function count(live) {
    const clear = Number(live.querySelector("[data-clear-count]")?.dataset.clearCount ?? 0);
    const form = document.querySelector("[data-accept-clear]");
    if (form) {
      form.querySelector("[data-clear]").textContent = clear;
      form.querySelector("button").disabled = clear === 0;
    }
  }

  function tell(form, words) {
    let box = form.querySelector(".errornote");
    if (!box) {
      box = document.createElement("div");
      box.className = "errornote";
      box.setAttribute("role", "alert");
      box.tabIndex = -1;
      form.querySelector("[name=version]").after(box);
    }
    box.textContent = words;
    box.focus();
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches(".read-form")) {
      event.preventDefault();
      choose(form, event.submitter ?? form.querySelector("button"));
    } else if (form.matches(".reading-on")) {
      event.preventDefault();
      readOn(form);
    }
  });

  const progress = document.querySelector("[data-progress]");
  const waiting = progress?.querySelector(".reading-on");
  if (waiting && Number(progress.dataset.left) > 0) {
    readOn(waiting);
  }
  focusFirst();
})();
