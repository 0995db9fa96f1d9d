// Behaviour that pages gain with scripts on. Everything is readable without:
// this file only filters and sorts the list of runs, copies permalinks, keeps
// query and anchor when the language is switched, and marks the language that
// was used last. No modules and no fetch, so that it works from a local disk.
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

  // The rows carry raw values in data-value; a cell without one sorts by its text.
  function value(row, column) {
    var cell = row.cells[column];
    return cell.dataset.value !== undefined ? cell.dataset.value : cell.textContent.trim();
  }

  function sortable(table) {
    var body = table.tBodies[0];
    var heads = Array.prototype.slice.call(table.tHead.rows[0].cells);
    heads.forEach(function (head, column) {
      var kind = head.dataset.sort;
      if (!kind) return;
      var button = document.createElement("button");
      button.type = "button";
      while (head.firstChild) button.appendChild(head.firstChild);
      head.appendChild(button);
      button.addEventListener("click", function () {
        var down = head.getAttribute("aria-sort") === "ascending" || (!head.hasAttribute("aria-sort") && kind === "number");
        var rows = Array.prototype.slice.call(body.rows).map(function (row, i) { return { row: row, at: i, key: value(row, column) }; });
        rows.sort(function (a, b) {
          var order = kind === "number" ? Number(a.key) - Number(b.key) : a.key.localeCompare(b.key, document.documentElement.lang);
          return (down ? -order : order) || a.at - b.at;
        });
        rows.forEach(function (r) { body.appendChild(r.row); });
        heads.forEach(function (h) { h.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
      });
    });
  }

  function filterable(form) {
    var table = document.querySelector("table.runs");
    if (!table) return;
    var rows = Array.prototype.slice.call(table.tBodies[0].rows);
    var count = document.querySelector("[data-count]");
    var clear = document.querySelector("[data-clear]");
    var none = document.querySelector("[data-none]");
    var names = ["type", "model", "precision", "source"];
    var text = rows.map(function (row) { return row.textContent.toLowerCase(); });

    function read() {
      var query = new URLSearchParams(location.search);
      form.elements.q.value = query.get("q") || "";
      names.forEach(function (n) { form.elements[n].value = query.get(n) || ""; if (form.elements[n].selectedIndex < 0) form.elements[n].value = ""; });
    }

    // "Same protocol only" keeps the protocol of the first row that fits the rest,
    // or the one that the anchor names.
    function apply() {
      var words = form.elements.q.value.toLowerCase().split(/\s+/).filter(Boolean);
      var wanted = names.map(function (n) { return form.elements[n].value; });
      var fit = rows.map(function (row, i) {
        return words.every(function (w) { return text[i].indexOf(w) >= 0; }) &&
          names.every(function (n, k) { return !wanted[k] || row.dataset[n] === wanted[k]; });
      });
      if (form.elements.protocol.checked) {
        var anchor = decodeURIComponent(location.hash.slice(1));
        var first = rows.filter(function (row, i) { return fit[i] && row.dataset.protocol === anchor; })[0] || rows.filter(function (row, i) { return fit[i]; })[0];
        fit = fit.map(function (f, i) { return f && rows[i].dataset.protocol === first.dataset.protocol; });
      }
      var shown = 0;
      rows.forEach(function (row, i) { row.hidden = !fit[i]; if (fit[i]) shown++; });
      count.textContent = count.dataset.count.replace("{n}", shown.toLocaleString("en")).replace("{total}", rows.length.toLocaleString("en"));
      none.hidden = shown > 0;
      var active = shown < rows.length || words.length > 0;
      clear.hidden = !active;
    }

    function remember() {
      var query = new URLSearchParams();
      ["q"].concat(names).forEach(function (n) { if (form.elements[n].value) query.set(n, form.elements[n].value); });
      var s = query.toString();
      try { history.replaceState(null, "", location.pathname + (s ? "?" + s : "") + location.hash); } catch (e) { /* a local file may forbid it */ }
      followAddress();
    }

    form.addEventListener("input", function () { apply(); remember(); });
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    clear.addEventListener("click", function (event) { event.preventDefault(); form.reset(); apply(); remember(); });
    form.hidden = false;
    read();
    if (rows.some(function (row) { return row.id && "#" + row.id === location.hash; })) form.elements.protocol.checked = true;
    apply();
  }

  function start() {
    followAddress();
    window.addEventListener("hashchange", followAddress);
    rememberLanguage();
    copyPermalinks();
    document.querySelectorAll("table").forEach(function (t) { if (t.querySelector("th[data-sort]")) sortable(t); });
    document.querySelectorAll("form[data-filters]").forEach(filterable);
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start); else start();
})();
