// Interactive twins of the static charts.
//
// A figure with data-chart has a static drawing in .static and names a script in data-options. That script calls
// benchsite.register(id, option) with an ECharts option as plain JSON. When the figure comes near the view, the library
// (echarts/echarts.min.js beside this file) and the options are loaded as classic scripts, which works from file:// and
// under a strict policy, and the twin is drawn before the static one. The class "live" on the figure shows the twin on a
// screen; print and pages without scripts keep the static drawing, and so does every failure.
//
// Options carry no code: colours are tokens ("$nvfp4"), functions are names from the lists below. Numbers are never
// formatted here: each data item carries its finished text.
(() => {
  "use strict";

  const script = document.currentScript;
  const words = script.dataset; // error, static, live, keys: finished words of the page's language
  const library = new URL("echarts/echarts.min.js", script.src).href;
  const narrow = matchMedia("(max-width: 640px)"); // the style sheet shows the narrow drawing at the same width
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const registered = new Map();
  const twins = [];

  window.benchsite = window.benchsite || {};

  // Two reports on one page may hold the same chart ID, so the key holds the script that registers it too.
  window.benchsite.register = (id, option) => {
    registered.set(document.currentScript.src + "#" + id, option);
  };

  // ---- colours ----

  const probe = document.createElement("i");
  probe.style.display = "none";

  // colour turns "$nvfp4" or "$nvfp4/40" (percent of opacity) into what the style sheet says at this moment.
  function colour(token) {
    const [, name, share] = /^\$([a-z0-9-]+)(?:\/([0-9]+))?$/.exec(token) || fail("no colour token: " + token);
    const variable = "--" + ({ grid: "rule", axis: "rule2" }[name] || name);
    if (!getComputedStyle(document.documentElement).getPropertyValue(variable).trim()) fail("no variable " + variable);
    if (!probe.isConnected) document.body.append(probe);
    probe.style.color = "var(" + variable + ")";
    const rgb = getComputedStyle(probe).color;
    return share ? rgb.replace(/^rgb\((.*)\)$/, "rgba($1, " + Number(share) / 100 + ")") : rgb;
  }

  function fail(message) {
    throw new Error("benchsite charts: " + message);
  }

  // ---- functions by name ----

  const pick = (key) => (params) => (params.data && params.data[key]) || "";
  // Rich text reads "{style|" in a label; a space of no width keeps a value from meaning one.
  const plain = (s) => String(s).replace(/\|/g, "\u200b|");

  const formatters = {
    text: () => pick("text"),
    label: () => pick("label"),
    note: () => pick("note"),
    // The value, then its note in the rich style "note", which a brace would end.
    textnote: () => ({ data }) => {
      const text = plain((data && data.text) || "");
      const note = plain((data && data.note) || "");
      if (!note) return text;
      return text + " " + (note.includes("}") ? note : "{note|" + note + "}");
    },
    tip: () => tip,
    // The finished texts of an axis stand beside the values that they belong to.
    tick: ({ customValues: values, texts }) => {
      if (!values || !texts || values.length !== texts.length) fail("tick texts do not match their values");
      return (value) => {
        let best = 0;
        for (let i = 1; i < values.length; i++) {
          if (Math.abs(values[i] - value) < Math.abs(values[best] - value)) best = i;
        }
        return texts[best];
      };
    },
  };

  // errorBar draws the interval of an item: a line of 2 px with caps of 8 px. alongX: value = [lo, hi, y], else [x, lo, hi].
  const errorBar = (alongX) => (series) => (params, api) => {
    const item = series.data[params.dataIndex] || {};
    const [from, to] = alongX
      ? [api.coord([api.value(0), api.value(2)]), api.coord([api.value(1), api.value(2)])]
      : [api.coord([api.value(0), api.value(1)]), api.coord([api.value(0), api.value(2)])];
    const shift = item.offset || 0;
    const across = alongX ? 1 : 0; // the coordinate that stays the same along the interval
    const stroke = api.visual("color");
    const line = (a, b, dashed) => {
      const at = [a, b].map((p) => {
        const q = p.slice();
        q[across] += shift;
        return q;
      });
      const style = { stroke, lineWidth: 2, fill: "none" };
      if (dashed) style.lineDash = [3, 3];
      return {
        type: "line",
        shape: { x1: at[0][0], y1: at[0][1], x2: at[1][0], y2: at[1][1] },
        style,
        blur: { style: { opacity: 0.45 } },
      };
    };
    const cap = (p) => {
      const [a, b] = [p.slice(), p.slice()];
      a[across] -= 4;
      b[across] += 4;
      return line(a, b);
    };
    return { type: "group", children: [line(from, to, item.dashed), cap(from), cap(to)] };
  };

  const renderers = { errorBarX: errorBar(true), errorBarY: errorBar(false) };
  // Both ends of an interval must reach their axis, or it would leave them out of its domain.
  const reach = { errorBarX: { x: [0, 1], y: 2 }, errorBarY: { x: 0, y: [1, 2] } };

  // tip builds the tooltip from nodes, so that no text of an artifact is ever read as markup.
  function tip(params) {
    const items = (Array.isArray(params) ? params : [params]).filter((p) => p.data && p.data.tip);
    const box = document.createElement("div");
    items.forEach((p) => {
      String(p.data.tip).split("\n").forEach((text, i) => {
        const line = document.createElement("div");
        if (i === 0) line.style.fontWeight = "600";
        line.textContent = text;
        box.append(line);
      });
    });
    return items.length ? box : "";
  }

  // resolve copies an option with its tokens and names replaced. Text is left alone: a model may be called "$ink" or "tip".
  function resolve(node, key, parent) {
    if (Array.isArray(node)) return node.map((child) => resolve(child, key, parent));
    if (node && typeof node === "object") {
      const copy = {};
      for (const [k, v] of Object.entries(node)) {
        if (k !== "__proto__") copy[k] = resolve(v, k, node);
      }
      if (typeof node.renderItem === "string" && !node.encode) copy.encode = reach[node.renderItem];
      return copy;
    }
    if (typeof node !== "string") return node;
    if (/color$/i.test(key) || key === "fill" || key === "stroke") return node[0] === "$" ? colour(node) : node;
    if (key === "formatter") return (formatters[node] || fail("no formatter " + node))(parent);
    if (key === "renderItem") return (renderers[node] || fail("no renderer " + node))(parent);
    return node;
  }

  // ---- what every chart has in common ----

  // theme is what an option need not say: the page's font and neutral colours, halos under texts, the look of the tooltip.
  function theme(figure) {
    const [ink, muted, rule, rule2, bg] = ["$ink", "$muted", "$rule", "$rule2", "$bg"].map(colour);
    const { fontFamily } = getComputedStyle(figure);
    const axis = {
      axisLine: { lineStyle: { color: rule2 } },
      axisTick: { lineStyle: { color: rule2 } },
      axisLabel: { color: muted, fontSize: 12 },
      splitLine: { lineStyle: { color: rule } },
      nameTextStyle: { color: muted, fontSize: 12 },
    };
    const series = { label: { color: ink, fontSize: 12, textBorderColor: bg, textBorderWidth: 3 } };
    return {
      animation: !calm.matches,
      animationDuration: 200,
      animationDurationUpdate: 200,
      textStyle: { fontFamily, fontSize: 12, color: ink },
      categoryAxis: axis, valueAxis: axis, logAxis: axis, timeAxis: axis,
      bar: series, line: series, scatter: series, custom: series,
      legend: { textStyle: { color: ink } },
      tooltip: {
        confine: true,
        formatter: tip,
        backgroundColor: bg,
        borderColor: rule2,
        borderWidth: 1,
        padding: [6, 9],
        transitionDuration: 0,
        textStyle: { color: ink, fontSize: 13, fontFamily },
        extraCssText: "border-radius:0;box-shadow:none;max-width:20rem;white-space:normal;overflow-wrap:anywhere",
        className: "twin-tip",
      },
    };
  }

  // ---- loading ----

  const loads = new Map();

  function load(src) {
    if (!loads.has(src)) {
      loads.set(src, new Promise((done, failed) => {
        const element = document.createElement("script");
        element.src = src;
        element.onload = done;
        element.onerror = () => failed(new Error("benchsite charts: cannot load " + src));
        document.head.append(element);
      }));
    }
    return loads.get(src);
  }

  // ---- one twin ----

  class Twin {
    constructor(figure) {
      this.figure = figure;
      this.still = figure.querySelector(".static");
      this.focus = -1;
    }

    async start() {
      try {
        const source = new URL(this.figure.dataset.options, document.baseURI).href;
        await Promise.all([load(library), load(source)]);
        this.option = registered.get(source + "#" + this.figure.dataset.chart);
        if (!this.option) fail("no options for " + this.figure.dataset.chart);
        this.build();
        this.draw();
        this.button();
      } catch (error) {
        this.fall(error);
      }
    }

    // drawing is the static drawing that the style sheet shows at this width.
    drawing() {
      return this.still.querySelector(narrow.matches ? ".chart.n svg" : ".chart.w svg") || this.still.querySelector("svg");
    }

    build() {
      const svg = this.drawing();
      const part = (tag) => {
        const element = svg.querySelector(tag);
        return element ? element.textContent.trim() : "";
      };
      this.host = document.createElement("div");
      this.host.className = "twin";
      this.host.tabIndex = 0;
      this.host.style.overflowX = "clip"; // a window that shrinks is never held open by a drawing not yet laid out anew
      // The keys below work inside it, which a screen reader passes on to an application only.
      this.host.setAttribute("role", "application");
      this.host.setAttribute("aria-label", [part("title"), part("desc")].filter(Boolean).join(" "));
      if (words.keys) this.host.setAttribute("aria-description", words.keys);
      this.still.before(this.host);

      this.live = document.createElement("p");
      this.live.setAttribute("aria-live", "polite");
      Object.assign(this.live.style, {
        position: "absolute", width: "1px", height: "1px", margin: "0", overflow: "hidden", clipPath: "inset(50%)",
      });
      this.host.after(this.live);

      this.host.addEventListener("keydown", (event) => this.key(event));
      this.host.addEventListener("blur", () => this.point(-1));
      this.width = 0;
      new ResizeObserver(() => this.fit()).observe(this.host);
    }

    draw() {
      this.figure.classList.add("live");
      this.size();
      this.chart = echarts.init(this.host, theme(this.figure), { renderer: "svg" });
      this.paint();
      this.host.querySelector("svg").setAttribute("aria-hidden", "true");
    }

    paint() {
      const option = resolve(this.option);
      const base = option.baseOption || option;
      base.tooltip = base.tooltip || {}; // present, so that the theme's look applies
      this.chart.setOption(option, true);
      this.points = null;
    }

    // repaint reads the colours again, after a change of the colour scheme.
    repaint() {
      this.chart.setTheme(theme(this.figure));
      this.paint();
    }

    // size gives the twin the height that the static drawing would have, so that nothing on the page moves.
    size() {
      this.width = this.host.clientWidth;
      const { width, height } = this.drawing().viewBox.baseVal;
      this.host.style.height = Math.round((this.width * height) / width) + "px";
    }

    fit() {
      if (!this.chart || !this.host.clientWidth || this.host.clientWidth === this.width) return;
      this.size();
      this.chart.resize({ animation: { duration: 0 } });
    }

    button() {
      const button = document.createElement("button");
      const say = () => {
        button.textContent = this.figure.classList.contains("live") ? words.static : words.live;
      };
      button.type = "button";
      button.className = "twin-toggle";
      button.addEventListener("click", () => {
        this.figure.classList.toggle("live");
        say();
        this.fit();
      });
      say();
      const links = this.figure.querySelector(".fig-foot .dl");
      if (links) links.prepend(button);
      else this.still.after(button);
    }

    // ---- keyboard: arrows walk through the values, the live region says them ----

    reachable() {
      if (!this.points) {
        this.points = [];
        this.chart.getOption().series.forEach((series, seriesIndex) => {
          (series.data || []).forEach((item, dataIndex) => {
            if (item && item.tip) this.points.push({ seriesIndex, dataIndex, tip: String(item.tip) });
          });
        });
      }
      return this.points;
    }

    key(event) {
      const last = this.reachable().length - 1;
      if (last < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
      const to = {
        ArrowRight: Math.min(this.focus + 1, last), ArrowDown: Math.min(this.focus + 1, last),
        ArrowLeft: Math.max(this.focus - 1, 0), ArrowUp: Math.max(this.focus - 1, 0),
        Home: 0, End: last, Escape: -1,
      }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      this.point(to);
    }

    point(index) {
      const points = this.reachable();
      if (this.focus >= 0) this.chart.dispatchAction({ type: "downplay", ...place(points[this.focus]) });
      this.focus = index;
      if (index < 0) {
        this.chart.dispatchAction({ type: "hideTip" });
        this.live.textContent = "";
        return;
      }
      this.chart.dispatchAction({ type: "highlight", ...place(points[index]) });
      this.chart.dispatchAction({ type: "showTip", ...place(points[index]) });
      this.live.textContent = points[index].tip.replace(/\n/g, " ");
    }

    // fall goes back to the static drawing for good and says so.
    fall(error) {
      if (this.chart) this.chart.dispose();
      this.chart = null;
      if (this.host) this.host.remove();
      if (this.live) this.live.remove();
      this.figure.classList.remove("live");
      this.figure.classList.add("failed");
      const note = document.createElement("p");
      note.className = "fig-note chart-error";
      note.setAttribute("role", "status");
      note.textContent = words.error;
      this.still.after(note);
      console.error(error);
    }
  }

  const place = ({ seriesIndex, dataIndex }) => ({ seriesIndex, dataIndex });

  // ---- the page ----

  function repaint() {
    for (const twin of twins) {
      if (twin.chart) twin.repaint();
    }
  }

  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      seen.unobserve(entry.target);
      const twin = new Twin(entry.target);
      twins.push(twin);
      twin.start();
    }
  }, { rootMargin: "200px 0px" });

  dark.addEventListener("change", repaint);
  for (const figure of document.querySelectorAll("figure[data-chart][data-options]")) seen.observe(figure);
})();
