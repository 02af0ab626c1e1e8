// Gradio says in English what it says by itself: a lost connection, a file too large, and the title of it all.
new MutationObserver(() => {
  const words = TOASTS[document.documentElement.lang] ?? TOASTS.fr;
  for (const element of document.querySelectorAll(".toast-title, .toast-message-text")) {
    for (const [begins, told] of Object.entries(words)) {
      if (element.textContent.startsWith(begins) && element.textContent !== told) element.textContent = told;
    }
  }
}).observe(document, { childList: true, subtree: true });
