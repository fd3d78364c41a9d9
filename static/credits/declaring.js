// The page of a draft keeps itself: saves while one types, uploads while one goes on, warns before anything is lost.
// Without it the page works by its buttons.
(() => {
  const form = document.getElementById("declaration");
  if (!form) return;
  const saved = document.getElementById("saved");
  const version = form.elements.namedItem("version");
  const SIGNS = [
    ["application/pdf", [0x25, 0x50, 0x44, 0x46, 0x2d]],
    ["image/jpeg", [0xff, 0xd8, 0xff]],
    ["image/png", [0x89, 0x50, 0x4e, 0x47]],
    // "ftyphe" behind four bytes of any kind, which `every` passes over.
    ["image/heic", [, , , , 0x66, 0x74, 0x79, 0x70, 0x68, 0x65]],
  ];
  let isDirty = false;
  let isSending = false;
  let timer = 0;
  let chain = Promise.resolve();

  const say = (text, isWarning = false) => {
    saved.textContent = text;
    saved.classList.toggle("unsaved", isWarning);
  };

  const inTurn = (work) => {
    chain = chain.then(work, work);
    return chain;
  };

  const put = (id, html) => {
    const place = document.getElementById(id);
    if (html === undefined || !place) return;
    // What this server rendered for this page; everything typed is escaped in it.
    place.innerHTML = html;
  };

  const takeOver = (parts) => {
    version.value = parts.version;
    put("missing", parts.missing);
    put("reckoning", parts.reckoning);
  };

  const showErrors = (errors) => {
    form.querySelectorAll(".live-error").forEach((error) => error.remove());
    form.querySelectorAll(".has-error").forEach((field) => field.classList.remove("has-error"));
    form.querySelectorAll(".field > .error, .field fieldset > .error").forEach((error) => error.remove());
    for (const [name, texts] of Object.entries(errors || {})) {
      const field = document.getElementById(`id_${name}`)?.closest(".field");
      if (!field) continue;
      const error = document.createElement("div");
      error.className = "error live-error";
      error.textContent = texts.join("");
      field.classList.add("has-error");
      (field.querySelector("legend, label") || field).after(error);
    }
  };

  const content = () => {
    const data = new FormData(form);
    for (const key of [...data.keys()]) if (key.startsWith("files") || key === "promise") data.delete(key);
    return data;
  };

  const save = async () => {
    if (!isDirty || isSending) return;
    isDirty = false;
    say("正在保存…");
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST",
        body: content(),
        headers: { Accept: "application/json" },
      });
      const seconds = window.toldToWait(answer);
      if (seconds) {
        isDirty = true;
        say(`服务器繁忙，${window.waitInWords(seconds)}后自动保存，请不要关闭页面`, true);
        clearTimeout(timer);
        timer = setTimeout(() => inTurn(save), seconds * 1000);
        return;
      }
      if (answer.status !== 200 && answer.status !== 422) throw new Error(String(answer.status));
      const parts = await answer.json();
      takeOver(parts);
      showErrors(parts.errors);
      if (answer.status === 422) {
        isDirty = true;
        say("标出的内容还没有保存，请改正", true);
      } else if (!isDirty) {
        say(`已自动保存 ${parts.saved_at}`);
      }
    } catch (error) {
      isDirty = true;
      say(
        error.message === "409"
          ? "这份申报在另一个页面改动过，请点“保存草稿”核对"
          : "没有保存成功，请检查网络；离开前请点“保存草稿”",
        true,
      );
    }
  };

  const soon = (delay) => {
    isDirty = true;
    clearTimeout(timer);
    timer = setTimeout(() => inTurn(save), delay);
  };

  form.addEventListener("input", (event) => {
    if (event.target.type === "file" || event.target.name === "promise") return;
    say("有内容还没有保存", true);
    soon(1500);
  });
  form.addEventListener("change", (event) => {
    if (event.target.type === "file") {
      uploadAll(event.target);
      return;
    }
    if (event.target.name === "promise") return;
    if (event.target.name === "activity") {
      // Another way asks for other evidence: the whole page is drawn anew.
      clearTimeout(timer);
      inTurn(async () => {
        isSending = true;
        form.submit();
      });
      return;
    }
    soon(300);
  });

  // The kind as the bytes say it: phones give many a picture a wrong name.
  const honest = async (file) => {
    const head = new Uint8Array(await file.slice(0, 12).arrayBuffer());
    const sign = SIGNS.find(([, bytes]) => bytes.every((byte, at) => head[at] === byte));
    return sign && sign[0] !== file.type ? new File([file], file.name, { type: sign[0] }) : file;
  };

  const send = (data, onProgress) =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", form.dataset.evidence);
      request.setRequestHeader("Accept", "application/json");
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) onProgress(event.loaded / event.total);
      });
      request.addEventListener("load", () => {
        const told = request.getResponseHeader("Retry-After");
        const headers = told ? { "Retry-After": told } : {};
        // 507 says itself that there is no room.
        if (request.status >= 500 && request.status !== 507 && !told) reject(new Error(String(request.status)));
        else resolve(new Response(request.responseText, { status: request.status, headers }));
      });
      request.addEventListener("error", () => reject(new Error("network")));
      request.send(data);
    });

  const line = (row, name) => {
    const item = document.createElement("li");
    const text = document.createElement("span");
    const bar = document.createElement("progress");
    text.textContent = name;
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", `${name} 上传进度`);
    item.append(text, bar);
    row.querySelector(".proof-progress").append(item);
    return { item, text, bar };
  };

  const pausing = (file, shown) => (seconds) => {
    const why = seconds ? `服务器繁忙，${seconds} 秒后接着传` : "网络中断，恢复后会接着传";
    shown.text.textContent = `${file.name}：${why}`;
  };

  // A large file comes in pieces, so that a broken connection costs one of them, and is then named by its ref.
  const IN_ONE_GO = 512 * 1024;
  const sendLarge = async (data, file, shown) => {
    const onProgress = (part) => {
      shown.text.textContent = file.name;
      shown.bar.value = part;
    };
    const headers = { Accept: "application/json" };
    const handOver = (ref) => {
      data.set("uploaded", ref);
      return fetch(form.dataset.evidence, { method: "POST", body: data, headers });
    };
    const token = data.get("csrfmiddlewaretoken");
    const onPause = pausing(file, shown);
    return sendInPieces(file, { door: form.dataset.uploads, token, handOver, onProgress, onPause });
  };

  const sendSmall = (data, file, shown) => {
    data.append("files", file);
    return untilItArrives(() => send(data, (part) => (shown.bar.value = part)), pausing(file, shown));
  };

  const uploadOne = async (row, label, chosen, shown) => {
    const data = new FormData();
    data.append("csrfmiddlewaretoken", form.elements.namedItem("csrfmiddlewaretoken").value);
    data.append("label", label);
    const file = await honest(chosen);
    try {
      const parts = await (await (file.size > IN_ONE_GO ? sendLarge : sendSmall)(data, file, shown)).json();
      if (parts.version) takeOver(parts);
      if (parts.problems.length) throw new Error(parts.problems.join(""));
      return { parts };
    } catch (error) {
      const known = /[\u4e00-\u9fff]/.test(error.message);
      return { failed: known ? error.message : `${file.name}：没有传成功，请检查网络后再选一次。` };
    }
  };

  const uploadAll = (input) => {
    const row = input.closest(".proof");
    const files = [...input.files];
    const label = row.querySelector('input[type="hidden"]').value;
    input.value = "";
    inTurn(save);
    const lines = files.map((file) => line(row, file.name));
    inTurn(async () => {
      const failures = [];
      let last;
      for (const [at, file] of files.entries()) {
        const { parts, failed } = await uploadOne(row, label, file, lines[at]);
        if (parts) last = parts;
        if (failed) failures.push(failed);
      }
      if (last) put("proofs", last.evidence);
      const rows = [...document.querySelectorAll(".proof")];
      const now = rows.find((other) => other.querySelector('input[type="hidden"]').value === label);
      const list = now?.querySelector(".proof-progress");
      list?.replaceChildren();
      for (const failure of failures) {
        const item = document.createElement("li");
        item.className = "failed";
        item.textContent = failure;
        list?.append(item);
      }
      now?.querySelector(".proof-input")?.focus({ preventScroll: true });
    });
  };

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-remove]");
    if (!button) return;
    event.preventDefault();
    button.disabled = true;
    inTurn(save);
    inTurn(async () => {
      const data = new FormData();
      data.append("csrfmiddlewaretoken", form.elements.namedItem("csrfmiddlewaretoken").value);
      const answer = await fetch(button.formAction, {
        method: "POST",
        body: data,
        headers: { Accept: "application/json" },
      });
      if (!answer.ok) {
        location.reload();
        return;
      }
      const parts = await answer.json();
      takeOver(parts);
      put("proofs", parts.evidence);
    });
  });

  form.addEventListener("submit", () => {
    isSending = true;
    clearTimeout(timer);
  });
  window.addEventListener("pageshow", () => (isSending = false));
  window.addEventListener("beforeunload", (event) => {
    if (isDirty && !isSending) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") inTurn(save);
  });

  // What was typed before this file had come counts as typed.
  const isTouched = (field) => {
    if (["file", "hidden"].includes(field.type) || field.name === "promise") return false;
    if (["radio", "checkbox"].includes(field.type)) return field.checked !== field.defaultChecked;
    if (field.options) return [...field.options].some((option) => option.defaultSelected && !option.selected);
    return field.value !== field.defaultValue;
  };
  if ([...form.elements].some(isTouched)) soon(300);
})();
