package collect_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"

	"benchsite/collect"
)

const example = `
[[subject]]
name = "a"
endpoint = "simulate:bf16?clock=50"
precision = "BF16"
parallel = { tp = 1 }
labels = { site = "lab" }

[[subject]]
name = "b"
endpoint = "http://127.0.0.1:8000"
model = "m"
api_key_env = "KEY"

[[load]]
name = "sweep"
concurrency = [1, 4]
requests = 8
duration = "20s"
max_tokens = 16
temperature = 0.0
repeats = 2
slo = { ttft = "500ms", e2e = "2s" }
workload = { kind = "synthetic", input_tokens = 64, seed = 3 }
extra_body = { chat_template_kwargs = { x = 1 } }

[[load]]
name = "only-a"
subjects = ["a"]
concurrency = [2]
requests = 4
`

func decode(t *testing.T, text string) collect.Config {
	t.Helper()
	var c collect.Config
	meta, err := toml.Decode(text, &c)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range meta.Undecoded() {
		if len(key) < 2 || key[1] != "extra_body" { // what lies in a free table is listed too
			t.Fatalf("unknown key %v", key)
		}
	}
	return c
}

func TestConfigAndPlan(t *testing.T) {
	c := decode(t, example)
	if faults := c.Validate(); len(faults) > 0 {
		t.Fatal(faults)
	}
	p, err := collect.NewPlan(c)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	keys := map[string]bool{}
	for _, point := range p.Points {
		got = append(got, point.String())
		keys[point.Key()] = true
	}
	want := []string{"sweep, a, c=1, repeat 1 of 2", "sweep, b, c=1, repeat 1 of 2", "sweep, a, c=4, repeat 1 of 2", "sweep, b, c=4, repeat 1 of 2",
		"sweep, a, c=1, repeat 2 of 2", "sweep, b, c=1, repeat 2 of 2", "sweep, a, c=4, repeat 2 of 2", "sweep, b, c=4, repeat 2 of 2", "only-a, a, c=2"}
	if !slices.Equal(got, want) || len(keys) != len(want) {
		t.Errorf("%d keys, points\n%s", len(keys), strings.Join(got, "\n"))
	}
	if n, open := p.Requests(); n != 68 || open {
		t.Errorf("%d requests, open %v", n, open)
	}
	if p.Points[2].Warmup() != 4 || time.Duration(c.Loads[0].SLO.TTFT) != 500*time.Millisecond {
		t.Error("warm-up or SLO")
	}
	if !slices.Equal(p.Names(), []string{"a", "b", "only-a", "sweep"}) {
		t.Errorf("names %v", p.Names())
	}
	if !slices.Contains(collect.LoadKeys(), "max_tokens") || !slices.Contains(collect.SubjectKeys(), "api_key_env") {
		t.Error("keys are missing")
	}
}

func TestValidate(t *testing.T) {
	for _, c := range []struct{ old, new, field, says string }{
		{`concurrency = [1, 4]`, `concurrency = [1, 0]`, "load[0].concurrency", "from 1 to"},
		{`concurrency = [1, 4]`, `concurrency = [4, 4]`, "load[0].concurrency", "twice"},
		{`concurrency = [1, 4]`, ``, "load[0].concurrency", "missing"},
		{`requests = 4`, ``, "load[1].requests", "at least one limit"},
		{`name = "b"`, `name = "a"`, "subject[1].name", "twice"},
		{`name = "b"`, ``, "subject[1].name", "missing"},
		{`simulate:bf16?clock=50`, `simulate:bf17`, "subject[0].endpoint", "choose one of bf16"},
		{`http://127.0.0.1:8000`, `127.0.0.1:8000`, "subject[1].endpoint", "neither an http"},
		{`http://127.0.0.1:8000`, `http://me:pw@host`, "subject[1].endpoint", "api_key_env"},
		{`api_key_env = "KEY"`, `api_key_env = "sk-123"`, "subject[1].api_key_env", "not the key itself"},
		{`subjects = ["a"]`, `subjects = ["aa"]`, "load[1].subjects", `did you mean "a"`},
		{`tp = 1`, `tp = 0`, "subject[0].parallel.tp", "at least 1"},
		{`temperature = 0.0`, `temperature = -1.0`, "load[0].temperature", "from 0"},
		{`kind = "synthetic"`, `kind = "syntetic"`, "load[0].workload.kind", "none of"},
		{`kind = "synthetic"`, `kind = "one-prompt"`, "load[0].workload.prompt", "is missing"},
		{`max_tokens = 16`, `max_tokens = -16`, "load[0].max_tokens", "negative"},
		{`concurrency = [2]`, `rate = [2.0, 0.0]`, "load[1].rate", "above 0"},
		{`concurrency = [2]`, `rate = [2.0, 2.0]`, "load[1].rate", "twice"},
		{`concurrency = [2]`, "rate = [2.0]\nconcurrency = [1]", "load[1].rate", "one of concurrency, rate and find"},
		{`concurrency = [2]`, "rate = [2.0]\narrival = \"possion\"", "load[1].arrival", `did you mean "poisson"`},
		{`concurrency = [2]`, "rate = [2.0]\narrival = \"gamma\"", "load[1].burstiness", "must be above 0"},
		{`concurrency = [2]`, "rate = [2.0]\nburstiness = 0.5", "load[1].burstiness", "gamma"},
		{`concurrency = [2]`, "rate = [2.0]\nthink_time = \"1s\"", "load[1].think_time", "closed loop only"},
		{`concurrency = [2]`, "concurrency = [2]\nspeed = 2.0", "load[1].speed", "trace"},
		{`concurrency = [2]`, "concurrency = [2]\nmax_in_flight = 2", "load[1].max_in_flight", "open loop only"},
		{`concurrency = [2]`, `arrival = "poisson"`, "load[1].rate", "missing"},
		{`concurrency = [2]`, `arrival = "trace"`, "load[1].workload.kind", "go together"},
		{`concurrency = [2]`, `find = { low = 1, high = 8 }`, "load[1].slo", "missing"},
		{`concurrency = [2]`, `find = { low = 8, high = 1 }`, "load[1].find", "0 < low < high"},
		{`concurrency = [2]`, `find = { low = 1, high = 8, points = 2 }`, "load[1].find.points", "from 3"},
		{`concurrency = [2]`, "rate = [1.0]\nworkload = { turns = 3 }", "load[1].workload.turns", "follows the answer"},
		{`concurrency = [2]`, "concurrency = [2]\nstop_error_share = 1.0", "load[1].stop_error_share", "below 1"},
		{`concurrency = [2]`, "concurrency = [2]\nworkload = { kind = \"shared-prefix\", input_tokens = 10 }", "load[1].workload.prefix_tokens", "is missing"},
		{`concurrency = [2]`, "concurrency = [2]\nworkload = { prefix_tokens = 10, input_tokens = 10 }", "load[1].workload.prefix_tokens", "must be below"},
		{`concurrency = [2]`, "concurrency = [2]\nworkload = { input_tokens_spread = 200 }", "load[1].workload.input_tokens_spread", "must be below"},
		{`concurrency = [2]`, "concurrency = [2]\nworkload = { image_size = \"big\" }", "load[1].workload.image_size", "512x512"},
		{`concurrency = [2]`, "concurrency = [2]\nworkload = { images = 65 }", "load[1].workload.images", "at most 64"},
		{`concurrency = [2]`, "concurrency = [2]\nworkload = { kind = \"file\", file = \"x\", turns = 2 }", "load[1].workload.turns", "does not go with"},
		{`concurrency = [2]`, "concurrency = [2]\nworkload = { kind = \"one-prompt\", file = \"x\", prompt = \"y\" }", "load[1].workload.file", "one text"},
		{`{ chat_template_kwargs = { x = 1 } }`, `{ max_tokens = 5 }`, "load[0].extra_body.max_tokens", "key of [[load]]"},
	} {
		text := strings.Replace(example, c.old, c.new, 1)
		if text == example {
			t.Fatalf("%q is not in the example", c.old)
		}
		faults := decode(t, text).Validate()
		found := slices.ContainsFunc(faults, func(err error) bool {
			var f *collect.FieldError
			return errors.As(err, &f) && f.Field == c.field && strings.Contains(f.Message, c.says)
		})
		if !found {
			t.Errorf("%q: no fault of %s that says %q in %v", c.new, c.field, c.says, faults)
		}
	}
	var c collect.Config
	if _, err := toml.Decode("[[load]]\nduration = \"20\"\n", &c); err == nil || !strings.Contains(err.Error(), "not a duration") {
		t.Errorf("a number as duration: %v", err)
	}
}

func TestPromptFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "p.jsonl")
	l := collect.Load{Concurrency: []int{1}, Requests: 1, Workload: collect.Workload{File: path}}
	s := collect.Subject{Endpoint: "simulate:fp8"}
	if _, err := collect.SinglePlan(s, l); err == nil || !strings.Contains(err.Error(), "p.jsonl") {
		t.Errorf("a missing file: %v", err)
	}
	if err := os.WriteFile(path, []byte("\"a\"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := collect.SinglePlan(s, l)
	if err != nil || p.Points[0].String() != "c=1" {
		t.Fatal(p, err)
	}
	before := p.Points[0].Key()
	if err := os.WriteFile(path, []byte("\"b\"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if p, err = collect.SinglePlan(s, l); err != nil || p.Points[0].Key() == before {
		t.Error("another file has the same key")
	}
	_, err = collect.SinglePlan(s, collect.Load{Concurrency: []int{0}})
	var f *collect.FieldError
	if !errors.As(err, &f) || f.Field != "concurrency" {
		t.Errorf("flags: %v", err)
	}
}
