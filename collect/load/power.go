package load

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/url"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"benchsite/collect/artifact"
)

// powerMeter reads the draw of this machine's NVIDIA accelerators, all of them
// together, twice a second through nvidia-smi.
type powerMeter struct {
	cmd  *exec.Cmd
	gone chan struct{}

	mu    sync.Mutex
	watts map[string]float64 // by accelerator: the sum of its readings
	n     map[string]int
}

// watchPower begins to read. It returns nil where the server of base is on
// another machine, whose accelerators nvidia-smi does not know, and where there
// is no nvidia-smi.
func watchPower(base string) *powerMeter {
	path, err := exec.LookPath("nvidia-smi")
	if err != nil || !onThisMachine(base) {
		return nil
	}
	m := &powerMeter{gone: make(chan struct{}), watts: map[string]float64{}, n: map[string]int{},
		cmd: exec.Command(path, "--query-gpu=index,power.draw", "--format=csv,noheader,nounits", "-lms", "500")}
	out, err := m.cmd.StdoutPipe()
	if err != nil || m.cmd.Start() != nil {
		return nil
	}
	go m.read(out)
	return m
}

// read takes lines of "index, watts"; "[N/A]" is no reading.
func (m *powerMeter) read(out io.Reader) {
	defer close(m.gone)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		gpu, draw, ok := strings.Cut(lines.Text(), ",")
		watts, err := strconv.ParseFloat(strings.TrimSpace(draw), 64)
		if !ok || err != nil || watts < 0 {
			continue
		}
		m.mu.Lock()
		m.watts[gpu] += watts
		m.n[gpu]++
		m.mu.Unlock()
	}
}

// stop ends the reading; wall is the length of the window in seconds.
func (m *powerMeter) stop(wall float64) *artifact.Power {
	if m == nil {
		return nil
	}
	_ = m.cmd.Process.Kill()
	select {
	case <-m.gone:
	case <-time.After(2 * time.Second): // a child of it may hold the pipe
	}
	_ = m.cmd.Wait()
	m.mu.Lock()
	defer m.mu.Unlock()
	total := 0.0
	for gpu, n := range m.n {
		total += m.watts[gpu] / float64(n)
	}
	if len(m.n) == 0 {
		return nil
	}
	return &artifact.Power{MeanW: artifact.Ptr(places(total, 3)), EnergyJ: artifact.Ptr(places(total*wall, 3))}
}

// onThisMachine reports whether the address is one of this machine.
func onThisMachine(base string) bool {
	u, err := url.Parse(base)
	if err != nil {
		return false
	}
	host := u.Hostname()
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && (ip.IsLoopback() || ip.IsUnspecified())
}

// surroundings are what is watched beside the requests.
type surroundings struct {
	server *observer
	power  *powerMeter
	begun  time.Time
}

// watch begins to watch the server and, unless it is simulated, its machine.
func watch(ctx context.Context, set Setting, model string) *surroundings {
	s := &surroundings{server: watchServer(ctx, set.Client, model)}
	if !set.Base.Simulated {
		s.power = watchPower(set.Client.BaseURL())
	}
	s.begun = time.Now()
	return s
}

// stop returns a function that puts what was seen into the figures, once these
// are there.
func (s *surroundings) stop() func(*artifact.Load) {
	wall := time.Since(s.begun).Seconds()
	power, server := s.power.stop(wall), s.server.stop()
	return func(l *artifact.Load) { l.Power, l.ServerMetrics = power, server }
}
