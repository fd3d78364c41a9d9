// Sends a large file in pieces and goes on where the connection broke, also after the page was loaded anew
// (docs/api/uploads.md). `sendInPieces(file, { door, token, onProgress, onPause })` gives the ref of what has arrived,
// or throws an Error whose message is for the person. `untilItArrives(act)` repeats `act` while the network is away.
(() => {
  const PAUSES = [1, 2, 4, 8, 15, 15, 15, 15, 15, 15];
  const PATIENCE = 60_000;
  const SAMPLE = 4096;
  const LOST = "网络一直不通，文件没有传完。稍后重新选择同一个文件，会从中断处接着传。";

  const rest = (seconds) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, seconds * 1000);
      window.addEventListener(
        "online",
        () => {
          clearTimeout(timer);
          resolve();
        },
        { once: true },
      );
    });

  // Only what the network does is tried again; an answer is an answer.
  const untilItArrives = async (act, onPause = () => {}) => {
    for (const pause of [...PAUSES, 0]) {
      try {
        const answer = await act();
        if (answer.status < 500 || answer.status === 507) return answer;
      } catch (error) {
        if (!(error instanceof TypeError) && error.name !== "AbortError" && error.name !== "TimeoutError") throw error;
      }
      if (!pause) break;
      onPause();
      await rest(pause);
    }
    throw new Error(LOST);
  };

  const ask = (address, options = {}) =>
    fetch(address, {
      headers: { Accept: "application/json", ...options.headers },
      method: options.method || "GET",
      body: options.body,
      signal: AbortSignal.timeout(PATIENCE),
    });

  // Which file it is, without its name: what it begins and ends with.
  const markOf = async (file) => {
    const ends = new Blob([file.slice(0, SAMPLE), file.slice(Math.max(0, file.size - SAMPLE))]);
    let sum = 0x811c9dc5;
    for (const byte of new Uint8Array(await ends.arrayBuffer())) sum = Math.imul(sum ^ byte, 0x01000193) >>> 0;
    return `upload:${file.size}:${file.lastModified}:${sum}`;
  };

  const told = async (answer) => {
    const facts = await answer.json().catch(() => ({}));
    if (answer.ok && facts.address) return facts;
    // Who is no longer signed in gets a page instead of facts.
    throw new Error((facts.problems || []).join("") || "上传没有成功，请刷新页面（必要时重新登录）后再试。");
  };

  const announce = async (file, { door, token, onPause }) => {
    const body = new FormData();
    body.append("name", file.name);
    body.append("type", file.type);
    body.append("size", String(file.size));
    return told(await untilItArrives(() => ask(door, { method: "POST", body, headers: { "X-CSRFToken": token } }), onPause));
  };

  // An upload that this page, or the one before it, has begun with the same file.
  const begun = async (mark, onPause) => {
    const address = sessionStorage.getItem(mark);
    if (!address) return null;
    const answer = await untilItArrives(() => ask(address), onPause);
    return answer.ok ? answer.json().catch(() => null) : null;
  };

  const sendInPieces = async (file, options) => {
    const { token, onProgress = () => {}, onPause = () => {} } = options;
    const mark = await markOf(file);
    let facts = (await begun(mark, onPause)) || (await announce(file, { ...options, onPause }));
    sessionStorage.setItem(mark, facts.address);
    while (facts.offset < file.size) {
      onProgress(facts.offset / file.size);
      const { address, offset, piece } = facts;
      const answer = await untilItArrives(
        () =>
          ask(address, {
            method: "POST",
            body: file.slice(offset, offset + piece),
            headers: {
              "Content-Type": "application/octet-stream",
              "Upload-Offset": String(offset),
              "X-CSRFToken": token,
            },
          }),
        onPause,
      );
      // Another offset than we thought: an answer got lost. The server says where it stands.
      if (answer.status !== 409) facts = await told(answer);
      else facts = await told(await untilItArrives(() => ask(address), onPause));
      if (answer.status === 409 && facts.offset === offset) await rest(1);
    }
    onProgress(1);
    sessionStorage.removeItem(mark);
    return facts.ref;
  };

  window.sendInPieces = sendInPieces;
  window.untilItArrives = untilItArrives;
})();
