package load

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"text/tabwriter"
	"time"

	"benchsite/collect/artifact"
)

// Bench names the two programs of a self-test. Server is a process that serves
// exact timing, prints its URL as its first line and ends with its standard
// input. Client is a process that measures one level against that URL and prints
// a Clock as JSON. They are processes so that neither disturbs the other and so
// that processor time and memory have one owner.
type Bench struct {
	Server func() *exec.Cmd
	Client func(url string, l Level) *exec.Cmd
}

// Measure runs one level: the server on one core, the client on the others, as
// far as the system can be told so.
func (b Bench) Measure(ctx context.Context, l Level) (*Clock, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	server := b.Server()
	in, err := server.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := server.StdoutPipe()
	if err != nil {
		return nil, err
	}
	one, others := splitCores()
	if err := startOn(one, server); err != nil {
		return nil, fmt.Errorf("self-test: the exact server cannot be started: %w", err)
	}
	defer func() { in.Close(); _ = server.Wait() }()
	stop := context.AfterFunc(ctx, func() { _ = server.Process.Kill() })
	defer stop()
	url, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, errors.New("self-test: the exact server ended before it served")
	}
	client := b.Client(strings.TrimSpace(url), l)
	var answer, said bytes.Buffer
	client.Stdout, client.Stderr = &answer, &said
	if err := startOn(others, client); err != nil {
		return nil, fmt.Errorf("self-test: the client cannot be started: %w", err)
	}
	halt := context.AfterFunc(ctx, func() { _ = client.Process.Kill() })
	defer halt()
	if err := client.Wait(); err != nil {
		return nil, fmt.Errorf("self-test at %d streams: %w: %s", l.Streams, err, strings.TrimSpace(said.String()))
	}
	c := &Clock{}
	if err := json.Unmarshal(answer.Bytes(), c); err != nil {
		return nil, fmt.Errorf("self-test at %d streams: the client said no row: %w", l.Streams, err)
	}
	return c, nil
}

// ClockTable writes rows as a table for a terminal. "Over" is what the client
// saw beyond the server's truth.
func ClockTable(w io.Writer, rows []*Clock) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "streams\tevents\tgap p50 over\tgap p99 over\tTTFT p50 over\tTTFT p99 over\tCPU/event\twith decoding\tmemory\ttrue gap p99\tclient\t")
	ms := func(v *float64) string { return unit(v, 1e3, "%.2f ms") }
	us := func(v *float64) string { return unit(v, 1e6, "%.1f µs") }
	for _, c := range rows {
		r := c.Row
		memory := "–"
		if r.MemoryBytes != nil {
			memory = fmt.Sprintf("%d MB", *r.MemoryBytes/1e6)
		}
		fmt.Fprintf(t, "%d\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", *r.Streams, c.Events, ms(r.GapP50Over), ms(r.GapP99Over),
			ms(r.TTFTP50Over), ms(r.TTFTP99Over), us(r.CPUPerEvent), us(r.CPUWithAfter), memory, ms(r.TrueGapP99), c.Client)
	}
	return t.Flush()
}

func unit(v *float64, scale float64, form string) string {
	if v == nil {
		return "–"
	}
	return strings.Replace(fmt.Sprintf(form, *v*scale), "-0.00 ", "0.00 ", 1) // of no size, so of no sign
}

// Rows returns what the artifact keeps of the measured levels.
func Rows(clocks []*Clock) []artifact.SelfTest {
	var rows []artifact.SelfTest
	for _, c := range clocks {
		rows = append(rows, c.Row)
	}
	return rows
}
