// The page is in French until the visitor chooses otherwise.
document.documentElement.lang = "fr";

// A question leaves its box the moment it is sent: what is typed from then on is the next one, however
// long the page takes to pass it on.
const questions = [];
function leaveBox() {
  const box = document.querySelector("#question textarea");
  questions.push(box.value);
  box.value = "";
  box.dispatchEvent(new Event("input", { bubbles: true }));
}
document.addEventListener("keydown", (event) => {
  const sends = event.key === "Enter" && !event.shiftKey && !event.isComposing;
  if (sends && event.target.matches("#question textarea")) leaveBox();
}, true);
document.addEventListener("click", (event) => {
  if (event.target.closest("#send")) leaveBox();
}, true);
const sent = new Set();
function takeQuestion([typed, ...others]) {
  const question = questions.shift() ?? typed;
  sent.add(question);
  return [question, ...others];
}

// Where the server is only busy, what was sent is sent again when it says so. A question that it refuses, or
// that does not reach it, goes back into the box, before what stands there by now; the reason is shown.
function putBack(body) {
  const question = JSON.parse(body ?? "{}").data?.[0];
  if (!sent.delete(question) || !question.trim()) return;
  const box = document.querySelector("#question textarea");
  box.value = box.value ? `${question}\n${box.value}` : question;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  sessionStorage.setItem("unsent", box.value); // Gradio loads the page anew after a broken connection
}
const fetchOnce = window.fetch;
const TRIES = 3;
window.fetch = async (address, options) => {
  const path = new URL(address.url ?? address, location.href).pathname;
  if (!path.endsWith("/queue/join")) return fetchOnce(address, options);
  let reply;
  try {
    reply = await fetchOnce(address, options);
    for (let tries = 1; [429, 503].includes(reply.status) && tries < TRIES; tries++) {
      const seconds = Number(reply.headers.get("Retry-After")) || 5;
      await new Promise((done) => setTimeout(done, 1000 * seconds));
      reply = await fetchOnce(address, options);
    }
  } catch (broken) {
    putBack(options?.body);
    throw broken;
  }
  if (reply.ok) sessionStorage.removeItem("unsent");
  else putBack(options?.body);
  return reply;
};
new MutationObserver((_, observer) => {
  const box = document.querySelector("#question textarea");
  if (!box) return;
  observer.disconnect();
  const unsent = sessionStorage.getItem("unsent");
  if (!unsent) return;
  sessionStorage.removeItem("unsent");
  box.value = unsent;
  box.dispatchEvent(new Event("input", { bubbles: true }));
}).observe(document, { childList: true, subtree: true });

// What the server says of a refused request it says in the page's language.
function speak(lang) {
  document.documentElement.lang = lang;
  document.cookie = `tourbot_lang=${lang}; path=/; SameSite=Lax`;
  return [lang];
}
document.cookie = "tourbot_lang=fr; path=/; SameSite=Lax";

// A number moves the focus from a quote to its source, unfolding it where it is folded away, and back.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a.mark, a.number");
  const target = link && document.getElementById(link.getAttribute("href").slice(1));
  if (!target) return;
  event.preventDefault();
  const folded = target.closest("details");
  if (folded) folded.open = true;
  target.scrollIntoView({ behavior: "smooth", block: "nearest" });
  target.focus({ preventScroll: true });
});

// Gradio names the thumbs in English.
for (const moment of ["pointerover", "focusin"]) {
  document.addEventListener(moment, (event) => {
    const thumb = event.target.closest?.("#conversation .message-buttons button");
    const label = thumb && VOTES[document.documentElement.lang][thumb.getAttribute("aria-label")];
    if (!label) return;
    thumb.title = label;
    thumb.setAttribute("aria-label", label);
  });
}

// Gradio names example questions in English ("Select example 1: …"); their own words name them best.
document.addEventListener("focusin", (event) => {
  if (event.target.matches("#conversation button.example")) event.target.removeAttribute("aria-label");
});
