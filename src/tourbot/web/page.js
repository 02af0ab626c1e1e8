// A numbered mark in an answer moves the focus to its source; nothing else on the page needs a script.
document.addEventListener("click", (event) => {
  const mark = event.target.closest && event.target.closest("a.mark");
  if (!mark) return;
  const source = document.getElementById(mark.getAttribute("href").slice(1));
  if (!source) return;
  event.preventDefault();
  source.scrollIntoView({ behavior: "smooth", block: "center" });
  source.focus({ preventScroll: true });
});
