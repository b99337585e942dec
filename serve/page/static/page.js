// The page works without any of this: it looks again by itself while a sync runs, and shows how far an upload is.
"use strict";

const main = document.getElementById("content");
const seconds = Number(main.dataset.refresh || 0);
if (seconds) {
  const timer = setInterval(async () => {
    if (document.hidden || main.contains(document.activeElement) && document.activeElement !== main) return;
    const answer = await fetch(location.href, { credentials: "same-origin" });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("content");
    main.replaceChildren(...fresh.childNodes);
    if (!fresh.dataset.refresh) clearInterval(timer);
  }, seconds * 1000);
}

for (const form of document.querySelectorAll("form[data-progress]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const bar = form.querySelector("progress");
    bar.closest(".progress").hidden = false;
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (sent) => { bar.value = 100 * sent.loaded / sent.total; });
    request.upload.addEventListener("load", () => { bar.removeAttribute("value"); bar.labels[0].textContent = "Reading them"; });
    request.addEventListener("load", () => {
      if (request.status === 200 && request.responseURL !== form.action) { location.assign(request.responseURL); return; }
      const answer = new DOMParser().parseFromString(request.responseText, "text/html").getElementById("content");
      if (answer) main.replaceChildren(...answer.childNodes); else main.textContent = request.responseText;
    });
    request.addEventListener("error", () => form.submit());
    request.open("POST", form.action);
    request.send(new FormData(form));
  });
}

for (const form of document.querySelectorAll("form[data-live]")) {
  form.addEventListener("change", async () => {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), credentials: "same-origin" });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(form.dataset.live);
    if (fresh) document.getElementById(form.dataset.live).replaceChildren(...fresh.childNodes);
  });
}
