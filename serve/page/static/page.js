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
