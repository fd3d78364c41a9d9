// What makes the frame of every page pleasanter. Everything works without it.
document.documentElement.classList.add("js");

// Seconds until one may come back, where an answer says that nothing was done and when to try again; else 0.
window.toldToWait = (answer) => {
  const said = answer.headers.get("Retry-After");
  if (!said || (answer.status !== 429 && answer.status < 500)) return 0;
  const seconds = /^\d+$/.test(said) ? Number(said) : Math.ceil((Date.parse(said) - Date.now()) / 1000);
  return Number.isNaN(seconds) ? 0 : Math.max(1, seconds);
};

window.waitInWords = (seconds) => (seconds < 60 ? `${seconds} 秒` : `${Math.ceil(seconds / 60)} 分钟`);

document.addEventListener("DOMContentLoaded", () => {
  const toggle = document.getElementById("menu-toggle");
  const menu = document.getElementById("site-menu");
  const parts = [...document.querySelectorAll(".site-nav-group")];
  if (toggle && menu) {
    toggle.addEventListener("click", () => {
      const open = menu.classList.toggle("open");
      toggle.setAttribute("aria-expanded", String(open));
      parts.forEach((part) => (part.open = open && part.querySelector("a[aria-current]") !== null));
    });
    // On a wide screen a part of the menu covers the page: it closes when something else is used.
    const leave = (event) => {
      if (toggle.offsetParent) return;
      parts.forEach((part) => part.contains(event.target) || (part.open = false));
    };
    document.addEventListener("click", leave);
    document.addEventListener("focusin", leave);
    document.addEventListener("keydown", (event) => {
      const open = parts.find((part) => part.open);
      if (event.key !== "Escape" || !open) return;
      open.open = false;
      open.querySelector("summary").focus();
    });
  }
  // A form that came back with errors begins at their summary.
  const summary = document.querySelector(".error-summary");
  if (summary) summary.focus();

  // A final act is pressed once: the second press of a hurried hand goes nowhere.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method !== "post" || form.target) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    setTimeout(() => {
      if (!event.defaultPrevented) form.dataset.sent = "yes";
    });
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  });

  // Only where the browser lets a page write to the clipboard; elsewhere the text is selected by hand.
  document.querySelectorAll("[data-copy]").forEach((button) => {
    const field = document.getElementById(button.dataset.copy);
    if (!field || !navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(field.value);
        button.textContent = "已复制";
      } catch {
        field.select();
      }
    });
  });

  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
});
