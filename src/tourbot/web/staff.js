// Says when the session has ended, whatever the page asked for: Gradio would tell of a parser error.
(() => {
  const ask = window.fetch;
  const say = () => {
    if (document.getElementById("ended")) return;
    const told = document.createElement("p");
    const link = document.createElement("a");
    told.id = "ended";
    told.setAttribute("role", "alert");
    told.append(ENDED.before, link, ENDED.after);
    link.href = ENDED.address;
    link.textContent = ENDED.link;
    document.body.prepend(told);
  };
  window.fetch = async (...asked) => {
    const answer = await ask(...asked);
    if (answer.status === 401) say();
    return answer;
  };
})();
