package load

import (
	"context"
	"time"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint"
)

// scrapeEvery is how often a server's metrics are read while load is running;
// maxLooks bounds the samples that an artifact keeps of them.
const (
	scrapeEvery = time.Second
	maxLooks    = 1200
)

// look is one reading of a server's metrics.
type look struct {
	at   time.Time
	page page
}

// observer reads what the server says of itself before, during and after a run.
type observer struct {
	source *endpoint.MetricsPage
	model  string
	looks  []look
	missed int
	quit   chan struct{}
	gone   chan struct{}
}

// watchServer takes a first look, and goes on every second where there is
// something to see. It returns nil for a server without metrics.
func watchServer(ctx context.Context, client *endpoint.Client, model string) *observer {
	o := &observer{source: client.Metrics(), model: model, quit: make(chan struct{}), gone: make(chan struct{})}
	if o.look(ctx); len(o.looks) == 0 || len(o.looks[0].page) == 0 {
		o.source.Close()
		return nil
	}
	go o.watch(context.WithoutCancel(ctx))
	return o
}

func (o *observer) watch(ctx context.Context) {
	defer close(o.gone)
	t := time.NewTicker(scrapeEvery)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			o.look(ctx)
		case <-o.quit:
			return
		}
	}
}

func (o *observer) look(ctx context.Context) {
	text, ok := o.source.Read(ctx)
	if !ok {
		o.missed++
		return
	}
	o.looks = append(o.looks, look{time.Now(), readPage(text).only(o.model)})
}

// stop takes the last look and returns what was seen; nil without a watch.
func (o *observer) stop() *artifact.ServerMetrics {
	if o == nil {
		return nil
	}
	close(o.quit)
	<-o.gone
	o.look(context.Background())
	o.source.Close()
	return serverMetrics(o.looks, o.missed)
}

// serverMetrics makes figures of looks: highest values of gauges, differences
// of counters between the first and the last look, and their rates in between.
func serverMetrics(looks []look, missed int) *artifact.ServerMetrics {
	if len(looks) < 2 {
		return nil
	}
	first, last := looks[0].page, looks[len(looks)-1].page
	m := &artifact.ServerMetrics{Source: artifact.Ptr("metrics")}
	for i, l := range looks {
		s := artifact.ServerSample{Time: l.at.UTC().Format("2006-01-02T15:04:05.000Z"),
			Running: l.page.sum(runningNames), Waiting: l.page.sum(waitingNames), KVCacheUsage: l.page.top(kvNames)}
		highest(&m.RunningMax, s.Running)
		highest(&m.WaitingMax, s.Waiting)
		highest(&m.KVCacheUsageMax, s.KVCacheUsage)
		if i > 0 {
			before, wall := looks[i-1].page, l.at.Sub(looks[i-1].at).Seconds()
			s.PrefixCacheHitRate = hitRate(before, l.page)
			s.PromptTokensPerS = rate(grown(before, l.page, promptNames), wall)
			s.OutputTokensPerS = rate(grown(before, l.page, outputNames), wall)
		}
		if step := (len(looks) + maxLooks - 1) / maxLooks; i%step == 0 || i == len(looks)-1 {
			m.Samples = append(m.Samples, s)
		}
	}
	m.PrefixCacheHitRate = hitRate(first, last)
	if n := grown(first, last, preemptNames); n != nil {
		m.Preemptions = artifact.Ptr(int64(*n))
	}
	m.DraftTokens, m.AcceptedTokens = whole(grown(first, last, draftNames)), whole(grown(first, last, acceptedNames))
	m.SpeculativeAcceptance = share(grown(first, last, acceptedNames), grown(first, last, draftNames))
	m.PromptTokens, m.OutputTokens = whole(grown(first, last, promptNames)), whole(grown(first, last, outputNames))
	if missed > 0 {
		m.MissedLooks = artifact.Ptr(int64(missed))
	}
	return m
}

// hitRate is the share of prompt tokens that the prefix cache had between two
// looks. Where a server gives only a rate of its own, the later one counts.
func hitRate(a, b page) *float64 {
	if v := share(grown(a, b, hitNames), grown(a, b, queryNames)); v != nil {
		return v
	}
	return b.top(hitRateNames)
}

// grown is by how much a counter grew. It is nil where it is not told and where
// it fell, as it does when a server starts anew.
func grown(a, b page, names []string) *float64 {
	x, y := a.sum(names), b.sum(names)
	if x == nil || y == nil || *y < *x {
		return nil
	}
	return artifact.Ptr(*y - *x)
}

func share(part, of *float64) *float64 {
	if part == nil || of == nil || *of <= 0 {
		return nil
	}
	return artifact.Ptr(places(*part / *of, 6))
}

func rate(n *float64, wall float64) *float64 {
	if n == nil || wall <= 0 {
		return nil
	}
	return artifact.Ptr(places(*n/wall, 3))
}

func whole(v *float64) *int64 {
	if v == nil {
		return nil
	}
	return artifact.Ptr(int64(*v))
}

func highest(into **float64, v *float64) {
	if v != nil && (*into == nil || *v > **into) {
		*into = v
	}
}
