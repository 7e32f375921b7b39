// Lets Plotly take over from the pictures: hover, zoom, and the reader's light or dark colours; and shows the parts of
// the programme by one dimension at a time, named in ?by=. Without this script, or without Plotly, the pictures stay
// and all dimensions stand one below the other. Nothing is ever requested from here.
"use strict";

(function () {
  const links = [...document.querySelectorAll(".switch a")];
  const parts = [...document.querySelectorAll(".slice")];
  if (!links.length) return;

  function show(chosen) {
    const name = parts.some((part) => part.dataset.dimension === chosen) ? chosen : links[0].dataset.by;
    parts.forEach((part) => (part.hidden = part.dataset.dimension !== name));
    links.forEach(function (link) {
      if (link.dataset.by === name) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
  }

  links.forEach(function (link) {
    link.addEventListener("click", function (event) {
      event.preventDefault();
      show(link.dataset.by);
      try {
        window.history.replaceState(null, "", link.href);
      } catch (error) {
        // Some browsers keep the address of a file as it is; the choice holds all the same.
      }
    });
  });
  show(new URLSearchParams(window.location.search).get("by"));
})();

(function () {
  const source = document.getElementById("figures");
  if (!source || !window.Plotly) return;
  const { charts, dark } = JSON.parse(source.textContent);
  const darkAsked = window.matchMedia("(prefers-color-scheme: dark)");
  const stillAsked = window.matchMedia("(prefers-reduced-motion: reduce)");

  function recoloured(value) {
    if (typeof value === "string") return dark[value] || value;
    if (Array.isArray(value)) return value.map(recoloured);
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, recoloured(part)]));
    }
    return value;
  }

  function figureOf(key) {
    const figure = charts[key].figure;
    return darkAsked.matches ? recoloured(figure) : JSON.parse(JSON.stringify(figure));
  }

  function takeOver(stage) {
    const key = stage.dataset.chart;
    if (!charts[key]) return;
    const live = document.createElement("div");
    live.className = "live";
    live.setAttribute("role", "group");
    live.setAttribute("aria-label", stage.dataset.alt);
    stage.append(live);
    const figure = figureOf(key);
    if (stillAsked.matches) figure.layout.transition = { duration: 0 };
    window.Plotly.newPlot(live, figure.data, figure.layout, charts[key].config).then(function () {
      stage.classList.add("is-live");
      window.Plotly.Plots.resize(live);
    });
    darkAsked.addEventListener("change", function () {
      const next = figureOf(key);
      window.Plotly.react(live, next.data, next.layout, charts[key].config);
    });
  }

  // Charts are drawn when they come near the screen, so that the page answers at once.
  const stages = document.querySelectorAll(".stage");
  if (!window.IntersectionObserver) {
    stages.forEach(takeOver);
    return;
  }
  const watcher = new IntersectionObserver(
    function (entries) {
      entries.filter((entry) => entry.isIntersecting).forEach(function (entry) {
        watcher.unobserve(entry.target);
        takeOver(entry.target);
      });
    },
    { rootMargin: "400px" }
  );
  stages.forEach((stage) => watcher.observe(stage));
})();
