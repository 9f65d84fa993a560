// The administration and the portal wear the same look. Unfold keeps its choice under another name,
// so a choice made in one is carried to the other.
(() => {
  const OURS = "placet-look";
  const THEIRS = "adminTheme";

  const kept = (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null; // Storage can be forbidden; each part then follows the system.
    }
  };

  const keep = (name, value) => {
    try {
      localStorage.setItem(name, value);
    } catch {
      // As above.
    }
  };

  const look = kept(OURS);
  if (look) keep(THEIRS, JSON.stringify(look));

  const root = document.documentElement;
  let worn = root.className;
  new MutationObserver(() => {
    if (root.className === worn) return;
    worn = root.className;
    const chosen = kept(THEIRS);
    if (chosen) keep(OURS, JSON.parse(chosen));
    document.dispatchEvent(new CustomEvent("placet:look"));
  }).observe(root, { attributes: true, attributeFilter: ["class"] });
})();
