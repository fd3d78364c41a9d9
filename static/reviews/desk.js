// The evidence viewer and the keys of the review desk. Without this file the evidence opens in windows of its own.
// What was looked at is recorded by the server when it serves a file; here the list is only read again.
// Keys are heard from the first moment on: a practised hand presses the next one before the page is whole.
document.addEventListener("DOMContentLoaded", () => {
  const viewer = document.querySelector(".viewer");
  if (viewer) startViewer(viewer);
  const acts = document.getElementById("acts");
  if (acts) startKeeping(acts);
});
startKeys();

function startViewer(viewer) {
  const files = [...viewer.querySelectorAll(".viewer-file")];
  const stage = viewer.querySelector(".viewer-stage");
  if (!stage || !files.length) return;
  const hint = viewer.querySelector(".viewer-hint");
  const pane = stage.querySelector(".viewer-pane");
  const now = stage.querySelector(".viewer-now");
  const apart = stage.querySelector('[data-tool="apart"]');
  const turns = stage.querySelector(".viewer-turns");
  const pages = stage.querySelector(".viewer-pages");
  const pageNow = stage.querySelector(".viewer-page");
  let picture = null;
  let zoom = 1;
  let turn = 0;
  let current = null;
  let page = 1;
  let waiting = 0;

  // The sheet takes the room of the picture as it is turned, so that every corner can be scrolled to.
  const draw = () => {
    if (!picture || !picture.naturalWidth) return;
    const sideways = turn % 180 !== 0;
    const slope = picture.naturalHeight / picture.naturalWidth;
    const boxSlope = sideways ? 1 / slope : slope;
    const width = Math.min(pane.clientWidth - 4, (pane.clientHeight - 4) / boxSlope) * zoom;
    const height = width * boxSlope;
    const sheet = picture.parentElement;
    sheet.style.width = `${width}px`;
    sheet.style.height = `${height}px`;
    picture.style.width = `${sideways ? height : width}px`;
    picture.style.transform = `translate(-50%, -50%) rotate(${turn}deg)`;
  };

  const inSight = new IntersectionObserver((entries) => {
    // What it saw may be told only after the reviewer has chosen one.
    if (!current && entries.some((entry) => entry.isIntersecting)) show(files[0]);
  }, { threshold: 0.25 });

  const show = (link) => {
    inSight.disconnect();
    hint.hidden = true;
    stage.hidden = false;
    files.forEach((other) => other.removeAttribute("aria-current"));
    link.setAttribute("aria-current", "true");
    now.textContent = `第 ${files.indexOf(link) + 1} 份，共 ${files.length} 份`;
    apart.href = link.href;
    zoom = 1;
    turn = 0;
    current = link;
    pages.hidden = !isPaged(link);
    showPage(1);
  };

  // A PDF is shown page by page as pictures that the server draws: on phones too, and without a viewer of its own.
  const isPaged = (link) => link.dataset.kind === "application/pdf";

  const showPage = (number) => {
    const link = current;
    const last = Number(link.dataset.pages) || 1;
    page = Math.min(Math.max(1, number), last);
    const paged = isPaged(link);
    pageNow.textContent = `${page} / ${last} 页`;
    for (const button of pages.querySelectorAll("button")) {
      button.disabled = Number(button.dataset.page) < 0 ? page === 1 : page === last;
    }
    const label = link.querySelector(".viewer-label").textContent;
    const shown = document.createElement("img");
    shown.alt = paged ? `${label}，第 ${page} 页` : label;
    shown.addEventListener("load", () => { if (picture === shown) { draw(); seen(link); } });
    shown.addEventListener("error", () => {
      if (picture !== shown) return;
      pane.textContent = "这份材料没有显示出来，请点“打开原文件”查看。";
    });
    stage.classList.add("is-shown");
    picture = shown;
    shown.src = paged ? `${link.href}${page}/` : link.href;
    pane.replaceChildren(sheetOf(shown));
    pane.scrollTop = 0;
  };

  const seen = (link) => {
    link.dataset.opened = "yes";
    link.querySelector(".viewer-seen").textContent = "已看";
    refresh();
  };

  const refresh = async () => {
    const list = document.getElementById("unseen");
    if (!list || !viewer.dataset.refresh) return;
    const answer = await fetch(viewer.dataset.refresh, { credentials: "same-origin" }).catch(() => null);
    if (answer && answer.ok) list.innerHTML = await answer.text();
    countDown(list);
  };

  // How long is still to be looked at the server says; here it is only asked again when that time is over.
  const countDown = (list) => {
    window.clearTimeout(waiting);
    const left = Number(list.querySelector("[data-wait]")?.dataset.wait);
    if (left) waiting = window.setTimeout(refresh, Math.min(left, 2) * 1000);
  };

  files.forEach((link) => link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(link);
    stage.scrollIntoView({ block: "nearest" });
  }));
  const tools = {
    larger: () => { zoom = Math.min(4, zoom + 0.5); },
    smaller: () => { zoom = Math.max(0.5, zoom - 0.5); },
    turn: () => { turn = (turn + 90) % 360; },
    fit: () => { zoom = 1; turn = 0; },
  };
  turns.addEventListener("click", (event) => {
    const tool = tools[event.target.dataset.tool];
    if (tool) { tool(); draw(); }
  });
  pages.addEventListener("click", (event) => {
    const step = Number(event.target.dataset.page);
    if (step) showPage(page + step);
  });
  viewer.addEventListener("desk-key", (event) => {
    const key = event.detail;
    if (key === "f") {
      const next = files.find((link) => link.dataset.opened !== "yes") || files[(files.indexOf(current) + 1) % files.length];
      show(next);
      stage.scrollIntoView({ block: "nearest" });
    } else if (!current) {
      return;
    } else if (key === "arrowleft" || key === "arrowright") {
      if (isPaged(current)) showPage(page + (key === "arrowright" ? 1 : -1));
    } else {
      tools[key === "-" ? "smaller" : "larger"]();
      draw();
    }
  });
  window.addEventListener("resize", draw);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('#unseen a[href^="#evidence-"]');
    const wanted = link && document.querySelector(`${link.hash} .viewer-file`);
    if (wanted) show(wanted);
  });

  hint.hidden = false;
  const list = document.getElementById("unseen");
  if (list) countDown(list);
  // Beside the form there is room: the first file is shown, and so counts as looked at, once the viewer is in sight.
  // Where the columns stand below each other the reviewer chooses one.
  if (window.matchMedia("(min-width: 62rem)").matches) inSight.observe(viewer);
}

function sheetOf(picture) {
  const sheet = document.createElement("div");
  sheet.className = "viewer-sheet";
  sheet.append(picture);
  return sheet;
}

// What is half-written is kept while one types, so that a call, a lost connection or an ended session costs nothing.
function startKeeping(acts) {
  const said = document.getElementById("kept");
  let timer = 0;
  const keep = async (form) => {
    const answer = await fetch(acts.dataset.keep, {
      method: "POST", body: new FormData(form), credentials: "same-origin", keepalive: true,
    }).catch(() => null);
    const seconds = answer ? window.toldToWait(answer) : 0;
    if (seconds) {
      said.textContent = `服务器繁忙，${window.waitInWords(seconds)}后自动保存。`;
      window.clearTimeout(timer);
      timer = window.setTimeout(() => keep(form), seconds * 1000);
      return;
    }
    const told = answer && (await answer.json().catch(() => null));
    said.textContent = told?.kept_at ? `已自动保存 ${told.kept_at}` : told?.problem || "没有自动保存，请检查网络。";
  };
  acts.addEventListener("input", (event) => {
    const form = event.target.closest("form");
    if (!form || !form.querySelector("textarea")) return;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => keep(form), 800);
  });
  acts.addEventListener("submit", () => window.clearTimeout(timer));
}

function startKeys() {
  const act = (name) => {
    const box = document.getElementById(`act-${name}`);
    if (!box) return;
    box.open = true;
    box.scrollIntoView({ block: "nearest" });
    const first = box.querySelector("select, textarea:not(.why textarea)");
    (name === "approve" ? box.querySelector("button[type=submit]") : first).focus();
  };
  const keys = {
    j: () => document.getElementById("next-item")?.click(),
    k: () => document.getElementById("previous-item")?.click(),
    a: () => act("approve"),
    r: () => act("return"),
    x: () => act("reject"),
    "?": () => {
      const help = document.getElementById("keys");
      if (help) help.open = !help.open;
    },
  };
  for (const key of ["f", "arrowleft", "arrowright", "+", "=", "-"]) {
    keys[key] = () => document.querySelector(".viewer")?.dispatchEvent(new CustomEvent("desk-key", { detail: key }));
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, select, textarea, [contenteditable]")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const press = keys[event.key.toLowerCase()];
    if (press) { event.preventDefault(); press(); }
  });
}
