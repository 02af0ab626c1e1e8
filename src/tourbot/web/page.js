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
let asked = "";
function takeQuestion([typed, ...others]) {
  asked = questions.shift() ?? typed;
  return [asked, ...others];
}

// Where the server is only busy, what was sent is sent again when it says so. What it refuses goes back into
// its box, and the reason is shown.
const fetchOnce = window.fetch;
const TRIES = 3;
window.fetch = async (address, options) => {
  let reply = await fetchOnce(address, options);
  if (!String(address.url ?? address).endsWith("/queue/join")) return reply;
  for (let tries = 1; [429, 503].includes(reply.status) && tries < TRIES; tries++) {
    const seconds = Number(reply.headers.get("Retry-After")) || 5;
    await new Promise((done) => setTimeout(done, 1000 * seconds));
    reply = await fetchOnce(address, options);
  }
  const box = document.querySelector("#question textarea");
  if (!reply.ok && asked && options?.body?.includes(JSON.stringify(asked)) && !box.value) {
    box.value = asked;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
  return reply;
};

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
