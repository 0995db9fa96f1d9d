// The preview's part of a page: it loads the page again when the site was made
// anew, and lays the faults of a render that failed over the page of before.
// Only `benchsite serve` adds it, to its answers and never to a file.
(function () {
  "use strict";
  var own = new URL(document.currentScript.src);
  var build = own.searchParams.get("build");
  var source = null;

  function hide() {
    var box = document.getElementById("benchsite-faults");
    if (box) box.remove();
  }

  function line(parent, tag, text, style) {
    var e = document.createElement(tag);
    e.textContent = text;
    e.style.cssText = style;
    parent.appendChild(e);
    return e;
  }

  function show(faults) {
    hide();
    var box = document.createElement("section");
    box.id = "benchsite-faults";
    box.setAttribute("role", "alert");
    box.style.cssText = "position:fixed;inset:auto 0 0 0;max-height:60vh;overflow:auto;z-index:99;padding:16px 20px;" +
      "background:#fdfdfb;color:#1a1c1e;border-top:4px solid #a3211b;font:15px/1.6 system-ui,sans-serif;box-sizing:border-box";
    var zh = document.documentElement.lang.slice(0, 2) === "zh";
    line(box, "strong", zh ? "未重新生成，以下是之前的页面。" : "Not rendered again; these are the pages of before.", "display:block;color:#a3211b");
    faults.forEach(function (f) {
      line(box, "code", f, "display:block;margin-top:8px;white-space:pre-wrap;overflow-wrap:anywhere;font:13px/1.55 ui-monospace,monospace");
    });
    line(box, "button", zh ? "关闭" : "Close", "margin-top:12px;font:inherit").addEventListener("click", hide);
    document.body.appendChild(box);
  }

  function listen() {
    if (source) return;
    source = new EventSource(new URL("events", own));
    source.onmessage = function (event) {
      var state = JSON.parse(event.data);
      if (state.build !== build) location.reload();
      else if (state.faults.length) show(state.faults);
      else hide();
    };
  }

  // A page in the background lets go of its connection: a browser has only a few
  // for one server. It asks again when it is looked at.
  function attend() {
    if (document.hidden) {
      if (source) source.close();
      source = null;
    } else listen();
  }
  document.addEventListener("visibilitychange", attend);
  window.addEventListener("pageshow", attend);
  attend();
})();
