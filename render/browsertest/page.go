package browsertest

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
)

func call[P, R any](command cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, command, params)
		return err
	})
}

// Eval returns the value of a JavaScript expression in the page; a promise is awaited.
func Eval[T any](tab *Tab, expression string) T {
	tab.t.Helper()
	value, err := eval[T](tab, expression)
	if err != nil {
		tab.t.Fatalf("%s: %v", short(expression), err)
	}
	return value
}

func eval[T any](tab *Tab, expression string) (T, error) {
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// Wait waits until a JavaScript expression is true. It asks from here rather than from a timer of the page, so it works in
// pages whose scripts are off. A page that is loading again between two looks has no elements, or is no page at all: that is not
// yet true and no failure.
func (tab *Tab) Wait(expression string) {
	tab.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		yes, err := eval[bool](tab, "!!("+expression+")")
		if err == nil && yes {
			return
		}
		if time.Now().After(end) {
			tab.t.Fatalf("never became true: %s (%v)\nconsole: %q", expression, err, tab.Console())
		}
	}
}

// Press sends keys to the element that has the focus. Special keys are the constants of chromedp's package kb.
func (tab *Tab) Press(keys string) {
	tab.t.Helper()
	tab.do("pressing a key", chromedp.KeyEvent(keys))
}

// Hover moves the mouse to the middle of the first element that matches a CSS selector.
func (tab *Tab) Hover(selector string) {
	tab.t.Helper()
	at := Eval[[]float64](tab, fmt.Sprintf(
		`(() => { const e = document.querySelector(%s); e.scrollIntoView({block: "center", behavior: "instant"});
		const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()`, quote(selector)))
	tab.do("hovering over "+selector, chromedp.MouseEvent("mouseMoved", at[0], at[1]))
}

// Click clicks the first element that matches a CSS selector, as a script would.
func (tab *Tab) Click(selector string) {
	tab.t.Helper()
	Eval[bool](tab, fmt.Sprintf("(document.querySelector(%s).click(), true)", quote(selector)))
}

// Follow clicks a link and waits for the page that it leads to.
func (tab *Tab) Follow(selector string) {
	tab.t.Helper()
	Eval[bool](tab, "(window.left = true)")
	tab.Click(selector)
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		// A question that meets the change of pages is lost with the old one.
		if there, err := eval[bool](tab, `!window.left && document.readyState === "complete"`); err == nil && there {
			return
		}
		if time.Now().After(end) {
			tab.t.Fatalf("%s leads nowhere", selector)
		}
	}
}

// nextFrame is a promise of the page having been laid out and its observers told. The timer helps where frames rest.
const nextFrame = `new Promise((next) => {
	requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(next)));
	setTimeout(next, 1000);
})`

// Settle waits until the page is laid out anew, after a change of the view.
func (tab *Tab) Settle() {
	tab.t.Helper()
	Eval[bool](tab, nextFrame+".then(() => true)")
}

// Scroll walks down the whole page, a screen at a time, as a reader would, and back to the top.
func (tab *Tab) Scroll() {
	tab.t.Helper()
	Eval[bool](tab, `(async () => {
		for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight) {
			scrollTo({top: y, behavior: "instant"});
			await `+nextFrame+`;
		}
		scrollTo({top: 0, behavior: "instant"});
		return true;
	})()`)
}

// Screenshot is a PNG of the whole page, not only of what the window shows.
func (tab *Tab) Screenshot() []byte {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		tab.t.Fatalf("taking a picture: %v", err)
	}
	return png
}

// Violation is one rule of axe that a page breaks.
type Violation struct {
	ID, Impact, Help string
	Nodes            []struct {
		HTML           string
		FailureSummary string
	}
}

func (v Violation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s): %s", v.ID, v.Impact, v.Help)
	for i, n := range v.Nodes {
		if i == 3 {
			fmt.Fprintf(&b, "\n    and %d more", len(v.Nodes)-i)
			break
		}
		fmt.Fprintf(&b, "\n    %s\n      %s", short(n.HTML), strings.ReplaceAll(n.FailureSummary, "\n", " "))
	}
	return b.String()
}

// Axe runs axe-core, whose source is given, over the page as it stands now: all its rules of WCAG 2 A and AA and of good practice.
func (tab *Tab) Axe(source []byte) []Violation {
	tab.t.Helper()
	if !Eval[bool](tab, "!!window.axe") {
		Eval[bool](tab, string(source)+";true")
	}
	return Eval[[]Violation](tab, `axe.run(document, {resultTypes: ["violations"]}).then((r) => r.violations.map((v) => ({
		ID: v.id, Impact: v.impact, Help: v.help, Nodes: v.nodes.map((n) => ({HTML: n.html, FailureSummary: n.failureSummary})),
	})))`)
}

func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

func short(s string) string {
	if r := []rune(s); len(r) > 300 {
		return string(r[:300]) + "…"
	}
	return s
}
