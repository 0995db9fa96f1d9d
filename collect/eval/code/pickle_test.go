package code

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"strings"
	"testing"
)

func pack(t testing.TB, pickled string) string {
	t.Helper()
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	if _, err := z.Write([]byte(pickled)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

// What pickle.dumps('[{"input": "é"}]', protocol=n) writes, from Python 3.11.
var pickles = map[string]string{
	"protocol 2": "\x80\x02X\x11\x00\x00\x00[{\"input\": \"é\"}]q\x00.",
	"protocol 3": "\x80\x03X\x11\x00\x00\x00[{\"input\": \"é\"}]q\x00.",
	"protocol 4": "\x80\x04\x95\x15\x00\x00\x00\x00\x00\x00\x00\x8c\x11[{\"input\": \"é\"}]\x94.",
	"protocol 5": "\x80\x05\x95\x15\x00\x00\x00\x00\x00\x00\x00\x8c\x11[{\"input\": \"é\"}]\x94.",
	"long":       "\x80\x04\x8d\x11\x00\x00\x00\x00\x00\x00\x00[{\"input\": \"é\"}]\x94.",
}

func TestUnpickle(t *testing.T) {
	for name, p := range pickles {
		if got, err := Unpickle([]byte(p)); err != nil || got != `[{"input": "é"}]` {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	for _, c := range []struct{ name, data, words string }{
		{"os.system", "cos\nsystem\n(S'id'\ntR.", "GLOBAL"},
		{"protocol 4 call", "\x80\x04\x8c\x02os\x94\x8c\x06system\x94\x93\x8c\x02id\x85R.", "more than one string"},
		{"reduce first", "\x80\x04R.", "REDUCE"},
		{"stack global", "\x80\x04\x8c\x02os\x94\x93.", "STACK_GLOBAL"},
		{"a list", "\x80\x02]q\x00.", "EMPTY_LIST"},
		{"bytes", "\x80\x03C\x01aq\x00.", "SHORT_BINBYTES"},
		{"a number", "\x80\x02K\x01.", "BININT1"},
		{"none", "\x80\x02N.", "NONE"},
		{"text mode", "Vabc\n.", "UNICODE"},
		{"unknown opcode", "\x80\x02\xff.", "unknown (0xff)"},
		{"two strings", "\x80\x02X\x01\x00\x00\x00aX\x01\x00\x00\x00b.", "more than one string"},
		{"no string", "\x80\x02.", "no string"},
		{"memo before the string", "\x80\x04\x94.", "before there is one"},
		{"bytes after the end", "\x80\x02X\x01\x00\x00\x00a.cos", "follow the end"},
		{"length that lies", "\x80\x02X\xff\xff\xff\x7fa.", "ends early"},
		{"64-bit length that lies", "\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xffa.", "ends early"},
		{"frame that lies", "\x80\x04\x95\xff\x00\x00\x00\x00\x00\x00\x00\x8c\x01a.", "ends early"},
		{"protocol 0x7f", "\x80\x7fX\x01\x00\x00\x00a.", "protocol 127"},
		{"second protocol", "\x80\x02\x80\x02X\x01\x00\x00\x00a.", "protocol 2"},
		{"no UTF-8", "\x80\x02X\x01\x00\x00\x00\xff.", "not UTF-8"},
		{"empty", "", "ends early"},
		{"no stop", "\x80\x02X\x01\x00\x00\x00a", "ends early"},
	} {
		if got, err := Unpickle([]byte(c.data)); err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: %q, %v; want %q", c.name, got, err, c.words)
		}
	}
}

func TestUnpack(t *testing.T) {
	packed := pack(t, pickles["protocol 4"])
	tests, err := ParseTests(pack(t, "\x80\x04\x8c\x2e"+`[{"input":"1","output":"2","testtype":"stdin"}]`[:46]+"]\x94."))
	if err == nil {
		t.Errorf("broken JSON: %v", tests)
	}
	if got, err := Unpack(packed); err != nil || got != `[{"input": "é"}]` {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := unpack(packed, 8); err == nil || !strings.Contains(err.Error(), "more than 8 bytes") {
		t.Errorf("a bomb: %v", err)
	}
	for _, c := range []struct{ data, words string }{{"***", "base64"}, {"AAAA", "zlib"}, {packed[:20], "unpack"}} {
		if _, err := Unpack(c.data); err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%q: %v", c.data, err)
		}
	}
	if tests, err := ParseTests(`[{"input": "1", "output": "2", "testtype": "stdin"}]`); err != nil || len(tests) != 1 || tests[0].Output != "2" {
		t.Errorf("%v, %v", tests, err)
	}
}

// FuzzUnpickle holds that what is accepted is nothing but the string: no opcode
// that could build or call anything stands outside it.
func FuzzUnpickle(f *testing.F) {
	for _, p := range pickles {
		f.Add([]byte(p))
	}
	f.Add([]byte("cos\nsystem\n(S'id'\ntR."))
	f.Fuzz(func(t *testing.T, data []byte) {
		text, err := Unpickle(data)
		if err != nil {
			return
		}
		if len(data)-len(text) > 64+2*len(data) || !bytes.Contains(data, []byte(text)) || data[len(data)-1] != '.' {
			t.Errorf("%q out of %q", text, data)
		}
	})
}
