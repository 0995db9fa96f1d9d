package artifact

import (
	"fmt"
	"html"
	"net/netip"
	"regexp"
	"strings"
)

// Redactor hides secrets, home paths and addresses in outside text. One
// Redactor serves one artifact, so that an address keeps its number
// (<ip-1>, <ip-2>) through all of its fields and its log.
type Redactor struct {
	Hosts []string // host names to hide, when asked for
	Known []string // values known to be secret, whatever their form
	Allow []string // exact finds that are known to be harmless
	ips   map[netip.Addr]int
}

// minKnown is the length below which a known value is no secret but a stand-in
// such as EMPTY or none, found in any text.
const minKnown = 8

// secretForms are tokens that show what they are by their own form.
var secretForms = []struct {
	name string
	re   *regexp.Regexp
}{
	{"hugging-face-token", regexp.MustCompile(`\b(?:hf|api_org)_[A-Za-z0-9]{16,}\b`)},
	{"api-key", regexp.MustCompile(`\bsk-[A-Za-z0-9_-]{16,}`)},
	{"api-key", regexp.MustCompile(`\bnvapi-[A-Za-z0-9_-]{16,}`)},
	{"aws-key", regexp.MustCompile(`\b(?:AKIA|ASIA)[0-9A-Z]{16}\b`)},
	{"google-key", regexp.MustCompile(`\bAIza[0-9A-Za-z_-]{30,}`)},
	{"google-token", regexp.MustCompile(`\bya29\.[0-9A-Za-z_-]{16,}`)},
	{"github-token", regexp.MustCompile(`\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})`)},
	{"gitlab-token", regexp.MustCompile(`\bglpat-[A-Za-z0-9_-]{16,}`)},
	{"slack-token", regexp.MustCompile(`\bxox[abprs]-[A-Za-z0-9-]{10,}`)},
	{"jwt", regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}`)},
	{"private-key", regexp.MustCompile(`(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----`)},
}

var (
	bearer    = regexp.MustCompile(`(?i)\b(bearer\s+|authorization["']?\s*[:=]\s*["']?(?:basic|token)\s+)([A-Za-z0-9._~+/=-]{8,})`)
	userInfo  = regexp.MustCompile(`([a-z][a-z0-9+.-]*://)[^\s/@:]+:[^\s/@]+@`)
	namedKey  = `[A-Za-z0-9_-]*(?:api[_-]?key|access[_-]?key|account[_-]?key|secret|passwd|password|token|credentials?|sas)`
	assigned  = regexp.MustCompile(`(?i)(["']?\b` + namedKey + `["']?[ \t]*[=:][ \t]*)("[^"\n]{6,}"|'[^'\n]{6,}'|[^\s,;&'"}\])<]{6,})`)
	flagged   = regexp.MustCompile(`(?im)((?:^|[\s"'(])--?` + namedKey + `[ \t]+)([^\s-][^\s]{5,})`)
	innocent  = regexp.MustCompile(`(?i)^["']?(?:none|null|true|false|\d+(?:\.\d+)?|<[^>]*>|\$\{?\w+\}?|env:\w+)["']?$`)
	tokenWord = regexp.MustCompile(`(?i)token[ \t]*:[ \t]*[a-z]+$`) // "per output token: unknown" in prose
	plural    = regexp.MustCompile(`(?i)(?:tokens|token_ids?|tokenizer\w*|\w*_token_id|max_tokens)["']?\s*[=:]\s*$`)
	homePath  = regexp.MustCompile(`(?:/home|/Users)/[^/\s"':,;]+|/root\b|[A-Za-z]:\\+Users\\+[^\\\s"':,;]+`)
	addresses = regexp.MustCompile(`[0-9A-Fa-f:.]*(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]*:[0-9A-Fa-f]{0,4})[0-9A-Fa-f:.]*`)
)

// Text returns s with everything hidden that must not be published.
func (r *Redactor) Text(s string) string { return r.addresses(r.Secrets(s)) }

// Secrets returns s with keys, tokens and home paths hidden and addresses left:
// the rule for pages, on which an address may be the answer to a question.
func (r *Redactor) Secrets(s string) string {
	for _, k := range r.Known {
		if len(k) >= minKnown {
			s = strings.ReplaceAll(s, k, "<secret>")
		}
	}
	for _, f := range secretForms {
		s = f.re.ReplaceAllStringFunc(s, func(m string) string { return r.hide(m, "<"+f.name+">") })
	}
	s = bearer.ReplaceAllStringFunc(s, func(m string) string {
		parts := bearer.FindStringSubmatch(m)
		if !strings.ContainsAny(parts[2], "0123456789") && len(parts[2]) < 20 { // "bearer tokens" in prose
			return m
		}
		return parts[1] + r.hide(parts[2], "<token>")
	})
	s = userInfo.ReplaceAllString(s, "$1<credentials>@")
	s = r.assignments(s)
	s = homePath.ReplaceAllStringFunc(s, func(m string) string { return r.hide(m, "<home>") })
	for _, h := range r.Hosts {
		if h != "" {
			s = strings.ReplaceAll(s, h, "<host>")
		}
	}
	return s
}

func (r *Redactor) hide(found, by string) string {
	for _, a := range r.Allow {
		if a == found {
			return found
		}
	}
	return by
}

func (r *Redactor) assignments(s string) string {
	replace := func(re *regexp.Regexp) {
		s = re.ReplaceAllStringFunc(s, func(m string) string {
			parts := re.FindStringSubmatch(m)
			if innocent.MatchString(onPage(parts[2])) || tokenWord.MatchString(m) || plural.MatchString(parts[1]) || strings.HasPrefix(parts[2], "[") {
				return m
			}
			return parts[1] + r.hide(parts[2], "<secret>")
		})
	}
	replace(assigned)
	replace(flagged)
	return s
}

// onPage is a value as a reader of a page sees it: --token &#39;&lt;secret&gt;&#39;
// was hidden before it got there.
func onPage(v string) string {
	v, _, _ = strings.Cut(v, "</")
	return html.UnescapeString(v)
}

// addresses hides what parses as an address, is not loopback or unspecified,
// and is no version by the words around it.
func (r *Redactor) addresses(s string) string {
	var b strings.Builder
	last := 0
	for _, at := range addresses.FindAllStringIndex(s, -1) {
		start, end := at[0], at[1]
		if start > 0 && wordByte(s[start-1]) {
			continue
		}
		addr, n, ok := parseAddress(s[start:end])
		if !ok || end < len(s) && n == end-start && wordByte(s[end]) && s[end] != '_' {
			continue
		}
		end = start + n
		if addr.IsLoopback() || addr.IsUnspecified() || versionContext(s, start, end) {
			continue
		}
		b.WriteString(s[last:start])
		b.WriteString(r.hide(s[start:end], r.number(addr)))
		last = end
	}
	return b.String() + s[last:]
}

func (r *Redactor) number(addr netip.Addr) string {
	if r.ips == nil {
		r.ips = map[netip.Addr]int{}
	}
	n, ok := r.ips[addr]
	if !ok {
		n = len(r.ips) + 1
		r.ips[addr] = n
	}
	return fmt.Sprintf("<ip-%d>", n)
}

// parseAddress finds the longest prefix of s that is an address; a port, a
// final full stop or colon may follow it.
func parseAddress(s string) (netip.Addr, int, bool) {
	for n := len(s); n > 1; n-- {
		part := s[:n]
		if strings.HasSuffix(part, ".") || strings.HasSuffix(part, ":") && !strings.HasSuffix(part, "::") {
			continue
		}
		addr, err := netip.ParseAddr(part)
		if err != nil {
			continue
		}
		if addr.Is6() && !plausible6(part) {
			continue
		}
		if !afterAddress.MatchString(s[n:]) { // 1.2.3.4.5 is no address, 10.0.0.1:80 is one
			return netip.Addr{}, 0, false
		}
		return addr, n, true
	}
	return netip.Addr{}, 0, false
}

var afterAddress = regexp.MustCompile(`^(?::\d{1,5})?[.:]*$`)

// plausible6 keeps times (12:30:45), C++ scopes (a::b) and hex dumps apart from
// IPv6: an address has seven colons, or a double colon and a group of digits.
func plausible6(s string) bool {
	if strings.Count(s, ":") == 7 {
		return true
	}
	return strings.Contains(s, "::") && strings.ContainsAny(s, "0123456789") && len(s) > 4
}

var (
	afterVersion  = regexp.MustCompile(`(?i)(?:==|=v|-v|[\s(]v|^v|\bversions?\b["']?[\s:=]*["']?(?:is\s+)?["']?|\brelease\b[\s:=]*|[A-Za-z][\w.+-]*@)$`)
	beforeURL     = regexp.MustCompile(`(?:[a-z][a-z0-9+.-]*://|ssh\s+)\S*@$`)
	packageLine   = regexp.MustCompile(`^\s*(?:\[(?:pip3?|conda)\]\s+\S|[A-Za-z][\w.+-]*(?:\s{2,}|\t)\s*v?\d+(?:\.\d+)+(?:\s|$))`)
	afterPackage  = regexp.MustCompile(`(?i)(?:nvidia-[\w-]+|lib[\w.+-]+|cu(?:da|dnn|blas)[\w-]*|[a-z]\w*(?:-[a-z0-9]+)*-cu\d+|lm[_-]eval\w*)["']?[\s:=/]+["']?$`)
	packageSuffix = regexp.MustCompile(`^(?:[+-][A-Za-z0-9]|-\d|\.(?:post|dev|rc)\d)`)
)

// versionContext says whether the four numbers at s[start:end] are a version,
// by the rule of the artifact form: after ==, =v, -v, @ in a package spec, the
// word version, a package name, or in a package list. An address after @ in a
// URL is an address.
func versionContext(s string, start, end int) bool {
	lineStart := strings.LastIndexByte(s[:start], '\n') + 1
	lineEnd := len(s)
	if i := strings.IndexByte(s[end:], '\n'); i >= 0 {
		lineEnd = end + i
	}
	before := s[max(lineStart, start-120):start]
	if beforeURL.MatchString(before) {
		return false
	}
	return afterVersion.MatchString(before) || afterPackage.MatchString(before) ||
		packageSuffix.MatchString(s[end:lineEnd]) || packageLine.MatchString(s[lineStart:lineEnd])
}

func wordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}
