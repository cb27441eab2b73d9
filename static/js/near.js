// The place of the list that is nearest to this phone; its position is sent nowhere.
(() => {
  "use strict";
  const places = document.getElementById("pres"), part = document.querySelector("[data-near]");
  if (!part || !navigator.geolocation) return;
  const button = part.querySelector("button"), live = part.querySelector("[role=status]");
  part.hidden = false;
  const away = (option, here) => {
    const [lat, lon] = option.dataset.at.split(" ").map(Number);
    return Math.hypot(lat - here.latitude, (lon - here.longitude) * Math.cos(lat * Math.PI / 180));
  };
  button.addEventListener("click", () => {
    live.textContent = live.dataset.work;
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      const nearest = [...places.options].reduce((a, b) => (away(b, coords) < away(a, coords) ? b : a));
      nearest.selected = true;
      live.textContent = live.dataset.done.replace("{place}", nearest.textContent);
    }, () => { live.textContent = live.dataset.failed; }, { timeout: 10000, maximumAge: 60000 });
  });
})();
