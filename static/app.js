// The little that HTML cannot do. Everything works without it.
(() => {
  const typing = (element) => element.closest("input, textarea, select, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !typing(event.target)) {
      const search = document.getElementById("search");
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
    }
    if (event.key === "Escape") {
      for (const menu of document.querySelectorAll("details.menu[open]")) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    }
  });

  // A menu closes when one clicks beside it.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  // Where the reader goes on: what is wrong, or the part that changed; on another page its heading.
  const arrive = (part) => {
    const place = document.getElementById("form-summary") ?? document.getElementById("said") ?? (part ? document.getElementById(part) : null);
    if (place) {
      place.scrollIntoView({ block: "start" });
      focus(place);
    } else if (document.activeElement === document.body) {
      focus(document.querySelector("main h1") ?? document.getElementById("main"));
    }
  };

  const focus = (element) => {
    if (!element.matches("a, button, input, select, textarea, summary, [tabindex]")) element.tabIndex = -1;
    element.focus({ preventScroll: true });
  };

  // On a narrow page the phase one is in may lie beside it; of what is closed, the last.
  const showPhase = () => {
    const step = document.querySelector(".step-current") ?? document.querySelector(".stepper > :last-child");
    if (step) step.parentElement.scrollTo({ left: step.offsetLeft - 40 });
  };
  document.addEventListener("htmx:after:swap", showPhase);
  showPhase();

  // Who went on meanwhile is not thrown back by the answer to what they did before.
  let newest = null;
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    if (ctx.target === document.body) newest = ctx;
  });

  // htmx puts a new body in place of the old one. The live region stays, or its words would not be read out; it only gets new words.
  let said = null;
  document.addEventListener("htmx:before:swap", (event) => {
    const { ctx, tasks } = event.detail;
    if (ctx.target === document.body && newest && ctx !== newest) event.preventDefault();
    const page = tasks.find((task) => task.type === "main" && task.target === document.body);
    said = page?.fragment.querySelector("#notices") ?? null;
  });
  document.addEventListener("htmx:after:swap", (event) => {
    if (!said) return;
    document.getElementById("notices")?.replaceChildren(...said.childNodes);
    arrive(event.detail.ctx.request?.anchor || said.dataset.part);
    said = null;
  });

  // The bell counts along while the page is looked at. A hidden page listens to nothing: a browser has few connections to one host.
  let stream = null;
  const listen = () => {
    const wanted = document.getElementById("bell") && !document.hidden;
    if (!wanted) {
      stream?.close();
      stream = null;
    } else if (!stream || stream.readyState === EventSource.CLOSED) {
      stream = new EventSource("/notices/stream");
      stream.addEventListener("unread", ({ data }) => document.getElementById("bell-count")?.replaceChildren(data));
    }
  };
  document.addEventListener("visibilitychange", listen);
  document.addEventListener("htmx:after:swap", listen);
  listen();

  // A file is of what the filters say now, also before the list has followed them.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("#results a[download]");
    const filters = document.querySelector("form.filters");
    if (link && filters && !link.closest("#results").querySelector("[role=alert]")) link.search = new URLSearchParams([...new FormData(filters)].filter(([, value]) => value)).toString();
  }, true);

  // Words typed into a form are not lost on the way elsewhere, by a link, by another form, by the way back: whoever leaves is asked first.
  const texts = (form) => [...form.elements].filter((it) => ["text", "textarea", "email", "url", "number", "date", "datetime-local"].includes(it.type) && !it.readOnly && !it.matches(".code-field"));
  // What the server filled in again, because it was not saved, stands nowhere else.
  const cameBack = (form) => new URL(form.getAttribute("action"), location).pathname === document.getElementById("main").dataset.answers;
  const isUnsaved = (form) => form.querySelector("blockquote.stored") || texts(form).some((it) => it.value.trim() && (it.value !== it.defaultValue || cameBack(form)));
  const losesWords = (sent) => [...document.querySelectorAll("main form[method=post]:not([action^='/session'])")].some((form) => form !== sent && isUnsaved(form));
  // What follows at once is part of the same leaving.
  let asked = -Infinity;
  const leave = (event, sent) => {
    if (!losesWords(sent) || confirm("Leave without saving? What you typed would be lost.")) {
      asked = performance.now();
    } else {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    const leads = link && /^https?:$/.test(link.protocol) && !link.target && !link.hasAttribute("download") && !link.getAttribute("href").startsWith("#");
    if (leads && event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey) leave(event, null);
  }, true);
  document.addEventListener("submit", (event) => {
    if (event.submitter?.formTarget !== "_blank") leave(event, event.target);
  }, true);
  window.navigation?.addEventListener("navigate", (event) => {
    if (event.navigationType === "traverse" && event.cancelable && !event.hashChange) leave(event, null);
  });
  window.addEventListener("beforeunload", (event) => {
    // Browsers ask only those who did something on the page, and complain of any other attempt.
    const isHere = navigator.userActivation?.hasBeenActive ?? true;
    if (isHere && performance.now() - asked > 3000 && losesWords(null)) event.preventDefault();
  });

  // A page that came by itself: an error in its form is where one goes on.
  if (document.getElementById("form-summary") ?? document.getElementById("said")) arrive("");
})();
