// The evidence viewer and the keys of the review desk. Without this file the evidence opens in windows of its own.
// What was looked at is recorded by the server when it serves a file; here the list is only read again.
document.addEventListener("DOMContentLoaded", () => {
  const viewer = document.querySelector(".viewer");
  if (viewer) startViewer(viewer);
  startKeys();
});

function startViewer(viewer) {
  const files = [...viewer.querySelectorAll(".viewer-file")];
  const stage = viewer.querySelector(".viewer-stage");
  if (!stage || !files.length) return;
  const hint = viewer.querySelector(".viewer-hint");
  const pane = stage.querySelector(".viewer-pane");
  const now = stage.querySelector(".viewer-now");
  const apart = stage.querySelector('[data-tool="apart"]');
  const turns = stage.querySelector(".viewer-turns");
  let picture = null;
  let zoom = 1;
  let turn = 0;

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
    if (entries.some((entry) => entry.isIntersecting)) show(files[0]);
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
    const isPicture = link.dataset.kind.startsWith("image/");
    turns.hidden = !isPicture;
    const shown = document.createElement(isPicture ? "img" : "iframe");
    const label = link.querySelector(".viewer-label").textContent;
    if (isPicture) shown.alt = label;
    else shown.title = label;
    shown.addEventListener("load", () => { draw(); seen(link); });
    shown.addEventListener("error", () => { now.textContent = "这份材料没有显示出来，请用“新窗口打开”。"; });
    // A phone shows no PDF inside a page: there it opens in a window of its own.
    const canShow = isPicture || navigator.pdfViewerEnabled !== false;
    stage.classList.toggle("is-shown", canShow);
    picture = isPicture ? shown : null;
    if (canShow) {
      shown.src = isPicture ? link.href : `${link.href}#navpanes=0&view=FitH`;
      pane.replaceChildren(isPicture ? sheetOf(shown) : shown);
    } else {
      pane.textContent = "这份是 PDF，请点“新窗口打开”查看。";
    }
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
  window.addEventListener("resize", draw);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('#unseen a[href^="#evidence-"]');
    const wanted = link && document.querySelector(`${link.hash} .viewer-file`);
    if (wanted) show(wanted);
  });

  hint.hidden = false;
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
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, select, textarea, [contenteditable]")) return;
    const press = keys[event.key.toLowerCase()];
    if (press) { event.preventDefault(); press(); }
  });
}
