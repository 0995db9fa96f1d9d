package locale

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Param is the name of a protocol parameter or a field of the environment for
// readers; names that belong to an API (max_tokens, temperature) stay as they
// are.
func (l *Locale) Param(name string) string {
	bare := strings.TrimPrefix(name, "host.")
	for _, key := range []string{"param." + strings.ReplaceAll(name, ".", "-"), "param." + name, "env." + name, "env." + bare} {
		if l.Has(key) {
			return l.Text(key)
		}
	}
	return bare
}

// ParamValue prints the value of a parameter: words for the values that have
// one, settings without commas, nil as the word for unknown.
func (l *Locale) ParamValue(name string, v any) string {
	switch v := v.(type) {
	case nil:
		return l.Text("word.unknown")
	case bool:
		if key := "value." + name + "." + strconv.FormatBool(v); l.Has(key) {
			return l.Text(key)
		}
		if v {
			return l.Text("word.yes")
		}
		return l.Text("word.no")
	case string:
		if key := "value." + name + "." + v; l.Has(key) {
			return l.Text(key)
		}
		return v
	case float64:
		return strings.Replace(strconv.FormatFloat(v, 'f', -1, 64), "-", "−", 1)
	case int:
		return strings.Replace(strconv.Itoa(v), "-", "−", 1)
	case int64:
		return strings.Replace(strconv.FormatInt(v, 10), "-", "−", 1)
	case []string:
		return l.Enum(v...)
	case []any:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = l.ParamValue(name, e)
		}
		return l.Enum(parts...)
	case map[string]any: // a set of settings for each task: how many there are
		return strconv.Itoa(len(v))
	}
	return Unknown
}

// inline gives a label the small letter that it has inside a sentence; names
// and abbreviations keep theirs.
func (l *Locale) inline(label string) string {
	first, n := utf8.DecodeRuneInString(label)
	second, _ := utf8.DecodeRuneInString(label[n:])
	if l.lang == ZH || !unicode.IsUpper(first) || !unicode.IsLower(second) {
		return label
	}
	return string(unicode.ToLower(first)) + label[n:]
}

// Differ prints a parameter with its two values inside a sentence: max_tokens
// (256 vs 1024), max_tokens（256 对 1024）.
func (l *Locale) Differ(name string, a, b any) string {
	return l.Fill("cmp.differ", Slots{"name": l.inline(l.Param(name)), "a": l.ParamValue(name, a), "b": l.ParamValue(name, b)})
}
