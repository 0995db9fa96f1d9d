// Behaviour that pages gain with scripts on. Everything is readable without:
// this file only copies permalinks, keeps query and anchor when the language is
// switched, and marks the language that was used last. No modules and no fetch,
// so that it works from a local disk.
(function () {
  "use strict";
  var script = document.currentScript;

  // Query and anchor belong to the address that a reader sees, so they go along
  // to the other language.
  function followAddress() {
    document.querySelectorAll("a[data-switch]").forEach(function (a) {
      var plain = a.getAttribute("href").split(/[?#]/)[0];
      a.setAttribute("href", plain + location.search + location.hash);
    });
  }

  function rememberLanguage() {
    var lang = document.documentElement.lang.slice(0, 2);
    var store;
    try { store = window.localStorage; } catch (e) { return; } // blocked: nothing to remember
    if (!store) return;
    var marks = document.querySelectorAll("[data-last]");
    try {
      if (!marks.length) { store.setItem("benchsite-language", lang); return; }
      var last = store.getItem("benchsite-language");
      marks.forEach(function (m) { m.hidden = m.dataset.last !== last; });
    } catch (e) { /* a full or forbidden store changes nothing on the page */ }
  }

  function copyPermalinks() {
    document.addEventListener("click", function (event) {
      var a = event.target.closest && event.target.closest("a[data-permalink]");
      if (!a || !navigator.clipboard) return; // without a clipboard the link is followed, and the address bar shows it
      var words = a.textContent;
      function say(s) {
        a.textContent = s;
        window.setTimeout(function () { a.textContent = words; }, 1500);
      }
      navigator.clipboard.writeText(a.href).then(function () { say(script.dataset.copied); }, function () { say(script.dataset.blocked); });
    });
  }

  function start() {
    followAddress();
    window.addEventListener("hashchange", followAddress);
    rememberLanguage();
    copyPermalinks();
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start); else start();
})();
