// Sends a large file in pieces and goes on where the connection broke, also after the page was loaded anew
// (docs/api/uploads.md). `sendInPieces(file, { door, token, handOver, onProgress, onPause })` gives what `handOver(ref)`
// is answered once all has arrived, or throws an Error whose message is for the person. `untilItArrives(act, onPause)`
// repeats `act` while the network is away, and while the server says when to come back; `onPause(seconds)` is told how
// long it said, or 0.
(() => {
  const PAUSES = [1, 2, 4, 8, 15, 15, 15, 15, 15, 15];
  // Refusals in a row that are waited out, and the longest wait of one (seconds).
  const REFUSALS = 5;
  const LONGEST = 60;
  const PATIENCE = 60_000;
  const SAMPLE = 4096;
  const LOST = "网络一直不通，文件没有传完。稍后重新选择同一个文件，会从中断处接着传。";
  const BUSY = "服务器太忙或正在维护，文件没有传完。请过几分钟重新选择同一个文件，已经传到的部分不用重传。";

  const rest = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

  const restOrOnline = (seconds) =>
    Promise.race([rest(seconds), new Promise((resolve) => window.addEventListener("online", resolve, { once: true }))]);

  // null for what the network did.
  const answerOf = async (act) => {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof TypeError) && error.name !== "AbortError" && error.name !== "TimeoutError") throw error;
      return null;
    }
  };

  const wordsOf = async (answer) => ((await answer.json().catch(() => ({}))).problems || []).join("");

  // Any other answer is an answer.
  const untilItArrives = async (act, onPause = () => {}) => {
    const pauses = [...PAUSES];
    for (let refusals = 0; ; ) {
      const answer = await answerOf(act);
      const seconds = answer ? window.toldToWait(answer) : 0;
      if (seconds) {
        refusals += 1;
        if (refusals > REFUSALS || seconds > LONGEST) throw new Error((await wordsOf(answer)) || BUSY);
        onPause(seconds);
        // A little later each: many may have been told so at once.
        await rest(seconds + Math.random());
      } else if (answer && (answer.status < 500 || answer.status === 507)) {
        return answer;
      } else {
        if (!pauses.length) throw new Error(LOST);
        onPause(0);
        await restOrOnline(pauses.shift());
      }
    }
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
    const { token, handOver, onProgress = () => {}, onPause = () => {} } = options;
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
    const answer = await untilItArrives(() => handOver(facts.ref), onPause);
    sessionStorage.removeItem(mark);
    return answer;
  };

  window.sendInPieces = sendInPieces;
  window.untilItArrives = untilItArrives;
})();
