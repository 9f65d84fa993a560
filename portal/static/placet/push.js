// The switch for notifications of this browser on the settings page.
(() => {
  const panel = document.querySelector("[data-push]");
  if (!panel) return;
  const button = panel.querySelector("button[data-switch]");
  const said = panel.querySelector("[data-said]");
  const words = panel.dataset;

  if (!("serviceWorker" in navigator) || !("PushManager" in window)) {
    said.textContent = words.impossible;
    return;
  }

  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

  const post = (url, body) =>
    fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": words.csrf },
      body: JSON.stringify(body),
    }).then((answer) => {
      if (!answer.ok) throw new Error(String(answer.status));
    });

  const show = (subscription) => {
    button.hidden = false;
    button.textContent = subscription ? words.off : words.on;
    said.textContent = subscription ? words.isOn : words.isOff;
  };

  const ready = navigator.serviceWorker.register(words.worker, { scope: "/" });
  const current = () => ready.then((found) => found.pushManager.getSubscription());

  const begin = async () => {
    const permission = await Notification.requestPermission();
    if (permission !== "granted") {
      said.textContent = words.refused;
      return;
    }
    await navigator.serviceWorker.ready;
    const registration = await ready;
    const made = await registration.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: bytes(words.key),
    });
    await post(words.subscribe, made.toJSON());
    show(made);
  };

  const end = async (subscription) => {
    await post(words.unsubscribe, { endpoint: subscription.endpoint });
    await subscription.unsubscribe();
    show(null);
  };

  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const subscription = await current();
      await (subscription ? end(subscription) : begin());
    } catch {
      said.textContent = words.failed;
    } finally {
      button.disabled = false;
    }
  });

  current().then(show, () => {
    said.textContent = words.failed;
  });
})();
