package artifact

import (
	"strings"
	"testing"
)

func TestRedactHides(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"HF_TOKEN=hf_abcdefghijklmnopqrstuvwxyz012345 vllm serve", "HF_TOKEN=<hugging-face-token> vllm serve"},
		{"token hf_abcdefghijklmnopqrstuvwxyz012345", "token <hugging-face-token>"},
		{"Authorization: Bearer abc.def-0123456789", "Authorization: Bearer <token>"},
		{"--api-key s3cretvalue --port 8000", "--api-key <secret> --port 8000"},
		{"--api-key=s3cretvalue", "--api-key=<secret>"},
		{`{"password": "hunter2hunter2"}`, `{"password": <secret>}`},
		{"AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG", "AWS_SECRET_ACCESS_KEY=<secret>"},
		{"key AKIAIOSFODNN7EXAMPLE", "key <aws-key>"},
		{"sk-proj-abcdefghijklmnop1234", "<api-key>"},
		{"https://user:pa55word@example.org/x", "https://<credentials>@example.org/x"},
		{"wrote /home/alice/models/x and /root/.cache", "wrote <home>/models/x and <home>/.cache"},
		{`C:\Users\Bob\models`, `<home>\models`},
		{"peer 10.0.0.5:2379 and 10.0.0.6, again 10.0.0.5.", "peer <ip-1>:2379 and <ip-2>, again <ip-1>."},
		{"tcp://172.16.3.4:42039", "tcp://<ip-1>:42039"},
		{"http://admin@192.168.1.10:8000/v1", "http://admin@<ip-1>:8000/v1"},
		{"ssh ubuntu@20.30.40.50", "ssh ubuntu@<ip-1>"},
		{"addr fe80::1ff:fe23:4567:890a up", "addr <ip-1> up"},
		{"[2001:db8::8a2e:370:7334]:8000", "[<ip-1>]:8000"},
		{"host gpu-node-3 10.1.2.3", "host gpu-node-3 <ip-1>"},
	} {
		if got := new(Redactor).Text(c.in); got != c.want {
			t.Errorf("%q:\n got %q\nwant %q", c.in, got, c.want)
		}
	}
}

func TestRedactSparesLookAlikes(t *testing.T) {
	for _, s := range []string{
		"nvidia-curand-cu12==10.3.9.90", "[pip3] nvidia-cublas-cu11      11.7.3.90", "nvidia-cublas-cu11 11.7.3.90 pypi_0",
		"lm_eval_version: 0.4.9.2", "driver version 580.105.08.1", "pkg@1.2.3.4", "release=v1.2.3.4", "build 1.2.3.4-rc1",
		"listening on 127.0.0.1:8000", "host 0.0.0.0", "::1", "[::]:8000",
		"12-22 16:02:07 [attention.py:82]", "12:30:45", "std::vector<int>", "torch::jit", "a::b",
		"sha256 3f786850e387550fdab836ed7e6dc881de23001b", "MIG-8a1b2c3d-1111-2222-3333-444455556666",
		"max_tokens=256", "tokens: 123456789", "tokenizer='Qwen/Qwen3-32B'", "eos_token_id=151645", "api_key=None", "api_key=$HF_TOKEN",
		"1.2.3.4.5", "version=0.13.0", "p99 12.71 s", "inter-token latency", "time per output-token: unknown", "const token = name =>\n  name;", "skip-this-very-long-name-of-a-flag",
	} {
		if got := new(Redactor).Text(s); got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
}

func TestRedactKnowsFields(t *testing.T) {
	a := sample()
	a.Subject.Model = "/home/alice/models/Qwen3-32B"
	a.Environment.Server = &Server{
		Command: []string{"vllm", "serve", "--api-key", "s3cretvalue", "--host", "10.0.0.9"},
		Env:     map[string]string{"HF_TOKEN": "short", "CUDA_VISIBLE_DEVICES": "0"},
		Args:    map[string]any{"api_key": "s3cretvalue", "host": "10.0.0.9", "max_tokens": "12"},
	}
	a.Environment.Client = map[string]string{"version": "0.4.9.2", "peer": "10.0.0.9"}
	a.Source.Extra = map[string]any{"lm_eval_version": "0.4.9.2", "nested": []any{"see /Users/bob/x"}}
	records := []EvalRecord{{Task: "t", Item: "1", Output: Ptr("the server is 192.168.1.10, key sk-aaaaaaaaaaaaaaaaaaaa")}}
	s := Open(t.TempDir())
	a.Kind, a.Load, a.Eval = KindEval, nil, &Eval{}
	r := put(t, s, Bundle{Artifact: a, Eval: records})
	got, raw, err := s.Read(r.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"alice", "s3cret", "10.0.0.9", "bob", `"short"`} {
		if strings.Contains(string(raw), secret) {
			t.Errorf("%s reached the artifact:\n%s", secret, raw)
		}
	}
	if got.Environment.Client["version"] != "0.4.9.2" {
		t.Errorf("a version was hidden: %v", got.Environment.Client)
	}
	if got.Subject.Model != "Qwen3-32B" || got.Source.Extra["lm_eval_version"] != "0.4.9.2" {
		t.Errorf("model %q, extra %v", got.Subject.Model, got.Source.Extra)
	}
	recs, err := s.EvalRecords(got)
	if err != nil || *recs[0].Output != *records[0].Output {
		t.Errorf("an answer was changed: %v, %v", recs, err)
	}
	if a.Environment.Server.Args["host"] != "10.0.0.9" {
		t.Error("Put changed what it was given")
	}
}

func FuzzRedact(f *testing.F) {
	f.Add("http://u:p@10.0.0.1:80/ hf_abcdefghijklmnopqrst")
	f.Add("::1 fe80::1%eth0 1.2.3.4.5 ==1.2.3.4")
	f.Fuzz(func(t *testing.T, s string) {
		once := new(Redactor).Text(s)
		if twice := new(Redactor).Text(once); twice != once {
			t.Fatalf("redacting twice differs: %q, %q, %q", s, once, twice)
		}
	})
}

func TestLeaksFindsWhatWasPlantedByHand(t *testing.T) {
	s := Open(t.TempDir())
	r := put(t, s, Bundle{Artifact: sample()})
	a, _, err := s.Read(r.ID)
	if err != nil {
		t.Fatal(err)
	}
	if found, err := s.Leaks(a); err != nil || len(found) > 0 {
		t.Errorf("a clean artifact has %v, %v", found, err)
	}
	a.Source.Command = []string{"curl", "http://10.9.8.7:8000", "hf_abcdefghijklmnopqrstuvwxyz"}
	found, err := s.Leaks(a)
	if err != nil || len(found) != 2 {
		t.Fatalf("found %v, %v", found, err)
	}
	for _, f := range found {
		if strings.Contains(f.Text, "10.9.8.7") || strings.Contains(f.Text, "hf_abc") {
			t.Errorf("the find repeats the secret: %+v", f)
		}
	}
	page := "<p>192.168.1.10 is right</p>\n<p>hf_abcdefghijklmnopqrstuvwxyz</p>"
	if got := s.SecretsIn(page); len(got) != 1 || got[0].Line != 2 {
		t.Errorf("page: %v", got)
	}
	if got := Open(s.Dir(), Allow("hf_abcdefghijklmnopqrstuvwxyz")).SecretsIn(page); got != nil {
		t.Errorf("an allowed find was reported: %v", got)
	}
}
