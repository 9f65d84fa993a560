// Runs before the first paint. Without a choice the look follows the system, which CSS does alone.
(() => {
  const KEY = "placet-look";
  const LOOKS = ["auto", "light", "dark"];
  const root = document.documentElement;

  const chosen = () => {
    try {
      return LOOKS.includes(localStorage.getItem(KEY)) ? localStorage.getItem(KEY) : "auto";
    } catch {
      return "auto"; // Storage can be forbidden; the choice then lasts for this page.
    }
  };

  const wear = (look) => {
    if (look === "auto") root.removeAttribute("data-bs-theme");
    else root.setAttribute("data-bs-theme", look);
  };

  const label = (button, look) => {
    for (const drawing of button.querySelectorAll("[data-look]")) {
      drawing.hidden = drawing.dataset.look !== look;
    }
    button.title = button.dataset[look];
    button.querySelector("[data-look-name]").textContent = button.dataset[look];
    button.hidden = false;
  };

  let look = chosen();
  wear(look);

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("[data-theme-toggle]");
    if (!button) return;
    label(button, look);
    button.addEventListener("click", () => {
      look = LOOKS[(LOOKS.indexOf(look) + 1) % LOOKS.length];
      try {
        localStorage.setItem(KEY, look);
      } catch {
        // As above.
      }
      wear(look);
      label(button, look);
      document.dispatchEvent(new CustomEvent("placet:look"));
    });
  });

  window.addEventListener("storage", (event) => {
    if (event.key === KEY) wear((look = chosen()));
  });
})();
