package browsertest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience bounds every single step in a page.
const patience = 20 * time.Second

// Scheme is a value of prefers-color-scheme.
type Scheme string

const (
	Light Scheme = "light"
	Dark  Scheme = "dark"
)

// View is what a tab pretends to be. The zero value is a desktop of 1280 × 900 px in light colours.
type View struct {
	Width    int64 // CSS px; 0 = 1280. Below 600 the tab is a phone: touch, device scale 2.
	Scheme   Scheme
	NoScript bool // the page's own scripts do not run; Eval still does
	Calm     bool // prefers-reduced-motion
}

// Tab is one tab. It records what the page in it does from Open on.
type Tab struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	requests []string
	failures []string
	console  []string
	dialogs  []string
}

// Tab opens a tab that is closed when t ends. Failures in it are fatal to t, so a tab belongs to one (sub)test.
func (b *Browser) Tab(t *testing.T, v View) *Tab {
	t.Helper()
	tab := &Tab{t: t}
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithListener(tab.hear))
	t.Cleanup(cancel)
	tab.ctx = ctx
	tab.do("opening a tab", chromedp.Navigate("about:blank"))
	tab.Show(v)
	return tab
}

// Show changes what the tab pretends to be; the page stays.
func (tab *Tab) Show(v View) {
	tab.t.Helper()
	width, height := v.Width, int64(900)
	if width == 0 {
		width = 1280
	}
	viewport := chromedp.EmulateViewport(width, height)
	if width < 600 {
		viewport = chromedp.EmulateViewport(width, 844, chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulateScale(2))
	}
	scheme, motion := v.Scheme, "no-preference"
	if scheme == "" {
		scheme = Light
	}
	if v.Calm {
		motion = "reduce"
	}
	tab.do("emulating a view", viewport,
		call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: string(scheme)},
			{Name: "prefers-reduced-motion", Value: motion},
		}}),
		call(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: v.NoScript}),
	)
}

// Open loads url, waits for its load event and starts the records anew.
func (tab *Tab) Open(url string) {
	tab.t.Helper()
	tab.mu.Lock()
	tab.requests, tab.failures, tab.console, tab.dialogs = nil, nil, nil, nil
	tab.mu.Unlock()
	tab.do("opening "+url, call(page.BringToFront, cdp.Empty{}), chromedp.Navigate(url))
}

// Requests are the URLs asked for since Open, data: URLs left out.
func (tab *Tab) Requests() []string { return tab.record(&tab.requests) }

// Failures are the requests since Open that failed or answered 400 or above.
func (tab *Tab) Failures() []string { return tab.record(&tab.failures) }

// Console is what the page and the browser wrote to the console since Open: calls, exceptions, violations of the policy.
func (tab *Tab) Console() []string { return tab.record(&tab.console) }

// Dialogs are the texts of alert, confirm and prompt since Open.
func (tab *Tab) Dialogs() []string { return tab.record(&tab.dialogs) }

func (tab *Tab) record(list *[]string) []string {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	return slices.Clone(*list)
}

// hear runs on the goroutine that reads the browser's messages, so it only writes down.
func (tab *Tab) hear(event any) {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if len(e.Request.URL) < 5 || e.Request.URL[:5] != "data:" {
			tab.requests = append(tab.requests, e.Request.URL)
		}
	case *network.EventResponseReceived:
		if e.Response.Status >= 400 {
			tab.failures = append(tab.failures, fmt.Sprintf("%d %s", e.Response.Status, e.Response.URL))
		}
	case *network.EventLoadingFailed:
		tab.failures = append(tab.failures, fmt.Sprintf("%s %s", e.Type, e.ErrorText))
	case *runtime.EventConsoleAPICalled:
		text := string(e.Type) + ":"
		for _, a := range e.Args {
			text += " " + a.Description + string(a.Value)
		}
		tab.console = append(tab.console, text)
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil {
			text += " " + x.Description
		}
		tab.console = append(tab.console, "exception: "+text)
	case *log.EventEntryAdded:
		tab.console = append(tab.console, fmt.Sprintf("%s %s: %s %s", e.Entry.Source, e.Entry.Level, e.Entry.Text, e.Entry.URL))
	case *page.EventJavascriptDialogOpening:
		tab.dialogs = append(tab.dialogs, e.Message)
		// A dialog stops the page until it is answered; this goroutine may not wait for the answer.
		go chromedp.Call(tab.ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true})
	}
}

// do runs steps within the patience of the package; an error is fatal to the test.
func (tab *Tab) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	if len(steps) > 0 && chromedp.FromContext(tab.ctx).Target == nil {
		ctx = tab.ctx // the first run binds the life of the tab to its context, so it gets no time-out
	}
	if err := chromedp.Do(ctx, steps...); err != nil {
		tab.t.Fatalf("%s: %v", what, err)
	}
}
