// The run table with scripts on: filters, order, columns and search over all
// runs, all of it in the address. The rows come from data files by month, and
// only those in view are drawn, so that ten thousand are as quick as ten. No
// modules and no fetch, so that it works from a local disk.
(function () {
  "use strict";
  var site = window.benchsite = window.benchsite || {};
  var form = document.querySelector("form[data-filters]"), table = document.querySelector("table.runs");
  if (!form || !table) return;
  var body = table.tBodies[0], headRow = table.tHead.rows[0], region = table.parentNode;
  var count = document.querySelector("[data-count]"), clear = document.querySelector("[data-clear]");
  var none = document.querySelector("[data-none]"), csv = document.querySelector("[data-csv]");
  var icons = {}, all = [], shown = [], months = {}, words = {};
  // The order in which the data files give the fields of a run. A string that recurs stands in the list of words of its file.
  var fields = ["stem", "=hash", "day", "=time", "subject", "kind", "type", "short", "protocol", "=figure", "=value",
    "source", "from", "status", "model", "precision", "device", "engine", "notices", "notes"];
  var selects = ["type", "model", "precision", "source", "device", "engine", "notice"];
  var drawAll = 200, ahead = 20;

  site.rows = function (month, data) {
    months[month] = data[1].map(function (values) {
      var r = {};
      fields.forEach(function (f, i) {
        if (f.charAt(0) === "=") r[f.slice(1)] = values[i]; else r[f] = data[0][values[i]];
      });
      r.id = r.stem + r.hash;
      r.start = r.day + r.time;
      return r;
    });
  };
  site.rowWords = function (w) { words = w; };

  // Each level of notices and each code, once for all runs that have the same.
  var parsed = {};
  function noticesOf(r) {
    var p = parsed[r.notices];
    if (!p) {
      var parts = r.notices.split(" "), n = parts[0].split(",").map(Number);
      p = parsed[r.notices] = { n: n, weight: (n[0] * 100 + n[1]) * 100 + n[2], codes: parts[1] ? parts[1].split(",") : [] };
      p.words = p.codes.map(function (c) { return c + "\n" + (words[c] || ""); }).join("\n");
    }
    return p;
  }

  var columns = [
    { key: "date", by: "start", cls: "d", raw: "day", fill: function (td, r) { td.appendChild(make("time", "", r.day)).setAttribute("datetime", r.day); } },
    { key: "subject", by: "subject", raw: "subject", head: true, fill: function (td, r) { td.appendChild(make("a", "", r.subject)).setAttribute("href", r.id.split("/").map(encodeURIComponent).join("/") + "/index.html"); } },
    { key: "type", by: "type", cls: "t", raw: "type" },
    { key: "protocol", by: "protocol", cls: "p", raw: "protocol", fill: function (td, r) { td.append(r.short, make("br"), make("code", "", r.protocol)); } },
    { key: "result", by: "value", number: true, cls: "r v", raw: "value", fill: function (td, r) { td.textContent = r.figure; if (r.value === null) td.className += " na"; } },
    { key: "source", by: "source", cls: "s", raw: "source", fill: function (td, r) { td.appendChild(make("span", "tag", r.source)); } },
    { key: "notices", by: function (r) { return noticesOf(r).weight; }, number: true, cls: "n", raw: function (r) { return noticesOf(r).codes.join(" "); }, fill: marks },
    { key: "status", by: "status", cls: "st", raw: "status" },
    { key: "device", by: "device", cls: "x", raw: "device", more: true },
    { key: "engine", by: "engine", cls: "x", raw: "engine", more: true }
  ];
  function of(what, r) { return typeof what === "function" ? what(r) : r[what]; }

  function make(tag, cls, text) {
    var el = document.createElement(tag);
    if (cls) el.className = cls;
    if (text) el.textContent = text;
    return el;
  }

  function marks(td, r) {
    noticesOf(r).n.forEach(function (n, i) {
      if (!n) return;
      var level = ["invalid", "warn", "info"][i], icon = icons[level], mark = make("span", "mk " + level);
      mark.title = icon.word;
      mark.append(icon.svg.cloneNode(true), make("span", "vh", icon.word + " "), String(n));
      td.appendChild(mark);
    });
  }

  // State and address.
  var state = {};
  function read() {
    var query = new URLSearchParams(location.search);
    ["q", "from", "to"].concat(selects).forEach(function (n) {
      var el = form.elements[n];
      el.value = query.get(n) || "";
      if (el.selectedIndex < 0) el.value = "";
    });
    var anchor = decodeURIComponent(location.hash.slice(1));
    state.protocol = query.get("protocol") || (/^p[0-9a-f]{10}$/.test(anchor) ? anchor : "");
    form.elements.protocol.checked = !!state.protocol;
    var sort = query.get("sort") || "-date";
    state.down = sort.charAt(0) === "-";
    state.sort = columns.filter(function (c) { return c.key === sort.replace("-", ""); })[0] || columns[0];
    var cols = query.get("cols");
    columns.forEach(function (c) { c.on = cols ? cols.split(",").indexOf(c.key) >= 0 || c.head : !c.more; });
  }

  function remember() {
    var query = new URLSearchParams();
    ["q"].concat(selects, ["from", "to"]).forEach(function (n) { if (form.elements[n].value) query.set(n, form.elements[n].value); });
    if (state.protocol) query.set("protocol", state.protocol);
    var sort = (state.down ? "-" : "") + state.sort.key;
    if (sort !== "-date") query.set("sort", sort);
    if (columns.some(function (c) { return c.on !== !c.more; })) query.set("cols", columns.filter(function (c) { return c.on; }).map(function (c) { return c.key; }).join(","));
    var s = query.toString().replace(/%2C/g, ",");
    try { history.replaceState(null, "", location.pathname + (s ? "?" + s : "")); } catch (e) { /* a local file may forbid it */ }
    window.dispatchEvent(new Event("hashchange")); // the other language follows the address
  }

  // Search: every word must stand somewhere in what is known of the run, in either language; no word borders are assumed.
  function plain(s) { return s.normalize("NFKC").toLowerCase(); }
  function textOf(r) {
    if (!r.text) {
      r.text = plain([r.subject, r.model, r.precision, r.type, words[r.kind], r.short, r.protocol, r.figure, r.source, words[r.from],
        r.status, r.device, r.engine, r.id, r.start, r.notes, noticesOf(r).words].join("\n"));
    }
    return r.text;
  }

  function fits() {
    var asked = plain(form.elements.q.value).split(/\s+/).filter(Boolean), f = {};
    selects.concat("from", "to").forEach(function (n) { f[n] = form.elements[n].value; });
    return all.filter(function (r) {
      return (!f.type || r.kind === f.type) && (!f.model || r.model === f.model) && (!f.precision || r.precision === f.precision) &&
        (!f.source || r.from === f.source) && (!f.device || r.device === f.device) && (!f.engine || r.engine === f.engine) &&
        (!f.from || r.day >= f.from) && (!f.to || r.day <= f.to) &&
        (!f.notice || noticesOf(r).codes.indexOf(f.notice) >= 0) &&
        asked.every(function (w) { return textOf(r).indexOf(w) >= 0; });
    });
  }

  function ordered(list) {
    var c = state.sort, sign = state.down ? -1 : 1;
    if (c.key === "date") return state.down ? list : list.slice().reverse();
    var key = function (r) { var v = of(c.by, r); return v === null ? -Infinity : v; };
    if (!c.number) { // few different words: they are put in order once, and rows by their places
      var seen = {};
      list.forEach(function (r) { seen[of(c.by, r)] = 0; });
      Object.keys(seen).sort(new Intl.Collator(document.documentElement.lang, { numeric: true }).compare).forEach(function (w, i) { seen[w] = i; });
      key = function (r) { return seen[of(c.by, r)]; };
    }
    return list.map(function (r, i) { return [key(r), i, r]; })
      .sort(function (a, b) { return (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0) * sign || a[1] - b[1]; })
      .map(function (x) { return x[2]; });
  }

  function apply() {
    var list = fits();
    if (form.elements.protocol.checked) {
      if (!state.protocol && list.length) state.protocol = list[0].protocol;
      list = list.filter(function (r) { return r.protocol === state.protocol; });
    } else {
      state.protocol = "";
    }
    shown = ordered(list);
    count.textContent = count.dataset.count.replace("{n}", shown.length.toLocaleString("en")).replace("{total}", all.length.toLocaleString("en"));
    none.hidden = shown.length > 0;
    clear.hidden = shown.length === all.length && !form.elements.q.value;
    columns.forEach(function (c) {
      c.th.hidden = !c.on;
      if (c === state.sort) c.th.setAttribute("aria-sort", state.down ? "descending" : "ascending"); else c.th.removeAttribute("aria-sort");
    });
    table.setAttribute("aria-rowcount", shown.length + 1);
    redraw();
  }

  // Drawing: what is in view and a little around it, between two rows as high as what is left out.
  var drawn = {}, above = gap(), below = gap(), high = 48;
  function gap() {
    var tr = make("tr", "gap");
    tr.setAttribute("aria-hidden", "true");
    tr.appendChild(make("td"));
    return tr;
  }
  function row(r, i) {
    var tr = document.createElement("tr");
    tr.setAttribute("aria-rowindex", i + 2);
    columns.forEach(function (c) {
      if (!c.on) return;
      var td = make(c.head ? "th" : "td", c.cls);
      if (c.head) td.scope = "row";
      if (c.fill) c.fill(td, r); else td.textContent = of(c.raw, r) || "—";
      tr.appendChild(td);
    });
    return tr;
  }
  function redraw() {
    drawn = {};
    body.textContent = "";
    body.append(above, below);
    draw();
  }
  function draw() {
    var from = 0, to = shown.length;
    if (to > drawAll) {
      from = Math.max(0, Math.min(Math.floor(-body.getBoundingClientRect().top / high) - ahead, to - ahead));
      to = Math.min(to, from + Math.ceil(window.innerHeight / high) + 2 * ahead);
    }
    Object.keys(drawn).forEach(function (i) {
      if (i >= from && i < to) return;
      if (drawn[i].contains(document.activeElement)) region.focus({ preventScroll: true }); // it leaves the page
      drawn[i].remove();
      delete drawn[i];
    });
    var next = above.nextSibling;
    for (var i = from; i < to; i++) {
      if (drawn[i]) { next = drawn[i].nextSibling; continue; }
      body.insertBefore(drawn[i] = row(shown[i], i), next);
    }
    if (to > from) high = Math.max(16, (drawn[to - 1].getBoundingClientRect().bottom - drawn[from].getBoundingClientRect().top) / (to - from));
    [[above, from], [below, shown.length - to]].forEach(function (x) {
      x[0].hidden = !x[1];
      x[0].firstChild.style.height = x[1] * high + "px";
      x[0].firstChild.colSpan = columns.length;
    });
  }
  var waiting = false;
  function later() {
    if (waiting || shown.length <= drawAll) return;
    waiting = true;
    window.requestAnimationFrame(function () { waiting = false; draw(); });
  }

  // A spreadsheet must not run a text as a formula; numbers stay numbers.
  function cell(v) {
    var s = v === null || v === undefined ? "" : String(v);
    if (typeof v !== "number" && /^[=+\-@\t\r]/.test(s.replace(/^[ \u00a0\ufeff]+/, ""))) s = "'" + s;
    return /[",\n\r]/.test(s) ? '"' + s.replace(/"/g, '""') + '"' : s;
  }
  function download() {
    var on = columns.filter(function (c) { return c.on; });
    var lines = [["id"].concat(on.map(function (c) { return c.key; }))].concat(shown.map(function (r) {
      return [r.id].concat(on.map(function (c) { return of(c.raw, r); }));
    }));
    var text = lines.map(function (l) { return l.map(cell).join(","); }).join("\n") + "\n";
    var a = make("a"), url = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
    a.href = url;
    a.download = "runs.csv";
    a.click();
    window.setTimeout(function () { URL.revokeObjectURL(url); }, 10000);
  }

  function prepare() {
    document.querySelectorAll(".count .mk").forEach(function (m) {
      icons[m.className.split(" ")[1]] = { svg: m.querySelector("svg"), word: m.textContent.trim() };
    });
    var box = document.querySelector("[data-columns]");
    columns.forEach(function (c, i) {
      c.th = headRow.cells[i];
      if (!c.th) {
        c.th = headRow.appendChild(make("th", "", form.elements[c.key].parentNode.querySelector("span").textContent));
        c.th.scope = "col";
      }
      c.label = c.th.textContent;
      var button = make("button", "", c.label);
      button.type = "button";
      c.th.textContent = "";
      c.th.appendChild(button);
      button.addEventListener("click", function () {
        state.down = state.sort === c ? !state.down : !!c.number;
        state.sort = c;
        apply();
        remember();
      });
      if (c.head) return; // without it a row has no name
      var label = make("label"), tick = make("input");
      tick.type = "checkbox";
      label.append(tick, make("span", "", c.label));
      tick.addEventListener("change", function () { c.on = tick.checked; apply(); remember(); });
      c.tick = tick;
      box.appendChild(label);
    });
  }

  function ready() {
    form.dataset.rows.split(" ").forEach(function (m) { all = all.concat(months[m] || []); });
    months = {};
    prepare();
    read();
    columns.forEach(function (c) { if (c.tick) c.tick.checked = c.on; });
    form.addEventListener("input", function (event) { if (event.target.name) { apply(); remember(); } });
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    clear.addEventListener("click", function (event) {
      event.preventDefault();
      form.reset();
      columns.forEach(function (c) { if (c.tick) c.tick.checked = c.on; });
      apply();
      remember();
    });
    csv.addEventListener("click", download);
    window.addEventListener("scroll", later, { passive: true });
    window.addEventListener("resize", later);
    form.hidden = csv.hidden = false;
    var part = document.querySelector("[data-part]");
    if (part) part.hidden = true;
    apply();
  }

  // A month that cannot be loaded is missing from the count; the rest is there.
  function load() {
    var files = ["words.js"].concat(form.dataset.rows.split(" ").map(function (m) { return m + "/rows.js"; })), left = files.length;
    function done() { if (!--left) ready(); }
    files.forEach(function (file) {
      var s = make("script");
      s.src = file;
      s.onload = s.onerror = done;
      document.head.appendChild(s);
    });
  }
  load();
})();
