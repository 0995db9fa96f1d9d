// Sets runs side by side that the address names: ?runs=<hash8>,<hash8>. The
// first is the baseline. Pairs with statistics come prepared, a script each that
// holds finished HTML; of other pairs the recorded parameters and values are
// shown, and nothing is computed from them. No modules and no fetch, so that it
// works from a local disk.
(function () {
  "use strict";
  var site = window.benchsite = window.benchsite || {};
  var data = site.compare;
  var root = document.getElementById("compare");
  if (!data || !root) return;
  var words = data.words, byHash = {}, prepared = {}, got = {}, waiting = {};
  data.runs.forEach(function (r) { if (!byHash[r.hash]) byHash[r.hash] = r; });
  data.pairs.forEach(function (k) { prepared[k] = true; });

  function make(tag, props, children) {
    var el = document.createElement(tag);
    Object.keys(props || {}).forEach(function (k) {
      if (k === "text") el.textContent = props[k]; else el.setAttribute(k, props[k]);
    });
    (children || []).forEach(function (c) { if (c) el.appendChild(c); });
    return el;
  }

  // Hashes that no run has are told, not dropped in silence.
  function chosen() {
    var list = (new URLSearchParams(location.search).get("runs") || "").split(",").filter(Boolean);
    return list.filter(function (h, i) { return list.indexOf(h) === i; });
  }

  function go(list, focus) {
    var query = list.length ? "?runs=" + list.join(",") : "";
    history.pushState(null, "", location.pathname + query + location.hash.slice(0, 0));
    draw();
    var el = focus && document.getElementById(focus);
    if (el) el.focus();
  }

  // benchsite.compared is called by the script of a prepared pair.
  site.compared = function (key, html) {
    got[key] = html;
    (waiting[key] || []).forEach(function (f) { f(); });
    delete waiting[key];
  };

  function load(key, then, failed) {
    if (got[key]) { then(); return; }
    if (waiting[key]) { waiting[key].push(then); return; }
    waiting[key] = [then];
    var s = make("script", { src: "pair-" + key + ".js" });
    s.onerror = function () { delete waiting[key]; failed(); };
    document.head.appendChild(s);
  }

  function cell(tag, text, scope) {
    return make(tag, scope ? { scope: scope, text: text } : { text: text });
  }

  function verdict(a, b) {
    if (a === words.unknown || b === words.unknown || a === undefined || b === undefined) return ["same", words.unknown];
    return a === b ? ["same", words.same] : ["differ", words.differs];
  }

  // A pair without statistics: what was recorded, side by side.
  function plain(a, b) {
    var rows = [], names = [], va = {}, vb = {};
    [[a.params, va], [b.params, vb]].forEach(function (x) {
      x[0].forEach(function (p) { x[1][p[0]] = p[1]; if (names.indexOf(p[0]) < 0) names.push(p[0]); });
    });
    names.forEach(function (n) { rows.push([n, va[n], vb[n], verdict(va[n], vb[n])]); });
    rows.sort(function (x, y) { return (x[3][0] === "differ" ? 0 : 1) - (y[3][0] === "differ" ? 0 : 1); });
    function table(list, judged) {
      var head = [words.parameter, "A", "B"].concat(judged ? [words.verdict] : []);
      return make("section", { "class": "tbl", tabindex: "0", "aria-label": judged ? words.comparable : words.values }, [make("table", { "class": judged ? "diff" : "" }, [
        make("thead", {}, [make("tr", {}, head.map(function (h) { return cell("th", h, "col"); }))]),
        make("tbody", {}, list.map(function (r) {
          return make("tr", {}, [cell("th", r[0], "row"), cell("td", r[1] === undefined ? "—" : r[1]), cell("td", r[2] === undefined ? "—" : r[2]),
            judged ? make("td", {}, [make("span", { "class": r[3][0], text: r[3][1] })]) : null]);
        })),
      ])]);
    }
    var values = [], wa = {}, wb = {};
    a.values.forEach(function (v) { wa[v[0]] = v[1]; values.push(v[0]); });
    b.values.forEach(function (v) { wb[v[0]] = v[1]; if (values.indexOf(v[0]) < 0) values.push(v[0]); });
    var same = a.protocol === b.protocol;
    return make("div", {}, [
      make("section", { "class": "gap" }, [make("h2", { text: words.comparable }), make("p", { text: same ? words.notPrepared.replace(/`/g, "") : words.noRatio }), table(rows, true)]),
      make("section", { "class": "gap" }, [make("h2", { text: words.values }), table(values.map(function (n) { return [n, wa[n], wb[n]]; }), false)]),
    ]);
  }

  function button(text, id, act) {
    var b = make("button", { type: "button", id: id, text: text });
    b.addEventListener("click", act);
    return b;
  }

  function pick(h, i, list) {
    var r = byHash[h];
    var text = r ? [make("b", {}, [make("a", { href: r.href, text: r.title })]), make("br"), make("span", { "class": "muted", text: i ? words.versus : words.baseline }), make("br"), make("code", { text: r.id })] :
      [make("b", { text: words.missing }), make("br"), make("code", { text: h })];
    return make("div", { "class": "pick" }, [make("span", { "class": "k", text: String.fromCharCode(65 + i) }), make("p", {}, text),
      button(words.remove, "remove-" + i, function () { go(list.filter(function (x) { return x !== h; }), "add-run"); })]);
  }

  function chooser(list) {
    var select = make("select", { id: "add-run" }, [make("option", { value: "", text: words.side })]);
    data.runs.forEach(function (r) {
      if (list.indexOf(r.hash) < 0) select.appendChild(make("option", { value: r.hash, text: r.title + " · " + r.hash }));
    });
    select.addEventListener("change", function () { if (select.value) go(list.concat(select.value), "add-run"); });
    return make("label", {}, [make("span", { text: words.add }), select]);
  }

  function draw() {
    var list = chosen();
    root.textContent = "";
    document.querySelectorAll("a[data-switch]").forEach(function (a) { // the other language shows the same runs
      a.setAttribute("href", a.getAttribute("href").split(/[?#]/)[0] + location.search + location.hash);
    });
    document.getElementById("prepared").hidden = list.length > 1;
    if (list.length) root.appendChild(make("div", { "class": list.length > 2 ? "picks many" : "picks" }, list.map(function (h, i) { return pick(h, i, list); })));
    var acts = make("p", { "class": "acts" });
    if (list.length > 1) {
      acts.appendChild(button(words.swap, "swap-sides", function () { go([list[1], list[0]].concat(list.slice(2)), "swap-sides"); }));
      acts.appendChild(make("a", { href: location.href, "data-permalink": "", text: words.permalink }));
    }
    acts.appendChild(chooser(list));
    root.appendChild(acts);
    if (list.length < 2) { // with none chosen the list of prepared comparisons says it
      if (list.length) root.appendChild(make("p", { "class": "empty gap", text: words.choose }));
      return;
    }
    var a = byHash[list[0]];
    list.slice(1).forEach(function (h) {
      var b = byHash[h], box = make("div", { "class": "compared", "data-pair": list[0] + "-" + h });
      root.appendChild(box);
      if (!a || !b) return;
      if (list.length > 2) box.appendChild(make("h2", { "class": "gap", text: a.title + " / " + b.title }));
      var key = list[0] + "-" + h;
      function fallback() { box.appendChild(plain(a, b)); }
      if (!prepared[key]) { fallback(); return; }
      load(key, function () {
        var part = make("div");
        part.innerHTML = got[key]; // made and escaped by the templates of this site
        if (list.length > 2) part.querySelectorAll("[id]").forEach(function (el) { if (!el.closest("svg")) el.removeAttribute("id"); });
        box.appendChild(part);
      }, fallback);
    });
  }

  window.addEventListener("popstate", draw);
  draw();
})();
