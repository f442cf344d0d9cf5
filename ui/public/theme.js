// Runs before the first paint, so that nobody sees the other theme flash by.
(() => {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    let choice = null;
    try {
      choice = localStorage.getItem("nexus.theme");
    } catch {
      // Storage may be closed to us; then the system decides.
    }
    const isChosen = choice === "light" || choice === "dark";
    document.documentElement.dataset.theme = isChosen ? choice : system.matches ? "dark" : "light";
  };
  apply();
  system.addEventListener("change", apply);
  addEventListener("storage", apply);
  addEventListener("nexus:theme", apply);
})();
