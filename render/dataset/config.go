package dataset

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"benchsite/collect/artifact"
)

// languages are those that the site can be written in.
var languages = []string{"zh", "en"}

// Config is the [site] table of config.toml and what else of the file bears on
// pages.
type Config struct {
	Title       Text
	Description Text
	Languages   []string          // "zh", "en"; the first is the default
	BaseURL     string            // with a final slash, or "" when not given
	Baseline    map[string]string // subject field -> value; {"precision": "BF16"}
	Labels      []string          // subject labels that tell subjects apart
	Links       []Link
	Colors      map[string]string // subject name -> slot
	Publish     Publish
	Hash        string // SHA-256 of the file, "" without one
}

// Publish is the [publish] table: what happens to the files beside the
// artifacts, records and server logs, which are most of a large site.
type Publish struct {
	Records    Records
	RecordsURL string // of the artifacts folder in the repository, with a final slash, or ""
}

// Records says where the files beside the artifacts can be read.
type Records string

// The places of records.
const (
	RecordsSite       Records = "site"       // copied to the site
	RecordsRepository Records = "repository" // left in the repository; linked there when its address is known
	RecordsNone       Records = "none"       // not for readers: neither copied nor linked
)

// Link leads out of the site.
type Link struct {
	Title Text   `toml:"title"`
	URL   string `toml:"url"`
}

// DefaultConfig is what holds without a config.toml.
func DefaultConfig() Config {
	return Config{
		Title:       Text{},
		Description: Text{},
		Languages:   slices.Clone(languages),
		Baseline:    map[string]string{"precision": "BF16"},
		Colors:      map[string]string{},
		Publish:     Publish{Records: RecordsSite},
	}
}

// configFile is config.toml as far as pages need it. The tables of collect are
// read by collect; here they only have to be known.
type configFile struct {
	Site    siteTable        `toml:"site"`
	Subject []map[string]any `toml:"subject"`
	Load    any              `toml:"load"`
	Eval    any              `toml:"eval"`
	Redact  any              `toml:"redact"`
	Publish publishTable     `toml:"publish"`
}

type publishTable struct {
	Records    string `toml:"records"`
	RecordsURL string `toml:"records_url"`
}

type siteTable struct {
	Title       Text           `toml:"title"`
	Description Text           `toml:"description"`
	Languages   []string       `toml:"languages"`
	BaseURL     string         `toml:"base_url"`
	Baseline    map[string]any `toml:"baseline"`
	Labels      []string       `toml:"labels"`
	Links       []Link         `toml:"links"`
}

// ParseConfig reads the [site] table of config.toml, and of every [[subject]]
// its name and color. The other tables of the file are for the program that
// collects; they are accepted unread. Every error is an *artifact.Fault that
// names the file and the key.
func ParseConfig(file string, data []byte) (Config, error) {
	var f configFile
	if err := decodeTOML(file, data, &f); err != nil {
		return Config{}, err
	}
	fault := func(field, format string, args ...any) error {
		parts := strings.Split(field, ".")
		return &artifact.Fault{
			File: file, Line: lineOfKey(data, parts[len(parts)-1]), Field: field, Message: fmt.Sprintf(format, args...),
		}
	}
	c := DefaultConfig()
	c.Hash = artifact.SHA256(data)
	if f.Site.Title != nil {
		c.Title = f.Site.Title
	}
	if f.Site.Description != nil {
		c.Description = f.Site.Description
	}
	c.Labels, c.Links = f.Site.Labels, f.Site.Links
	if f.Site.Languages != nil {
		c.Languages = f.Site.Languages
	}
	for i, lang := range c.Languages {
		if !slices.Contains(languages, lang) {
			return Config{}, fault("site.languages", "names %q; known are %s", lang, strings.Join(languages, ", "))
		}
		if slices.Contains(c.Languages[:i], lang) {
			return Config{}, fault("site.languages", "names %q twice", lang)
		}
	}
	if len(c.Languages) == 0 {
		return Config{}, fault("site.languages", "is empty; name at least one of %s", strings.Join(languages, ", "))
	}
	if b := f.Site.BaseURL; b != "" {
		var err error
		if c.BaseURL, err = baseURL(b); err != nil {
			return Config{}, fault("site.base_url", "%s", err)
		}
	}
	if f.Site.Baseline != nil {
		c.Baseline = map[string]string{}
		for _, k := range slices.Sorted(maps.Keys(f.Site.Baseline)) {
			if !isSubjectField(k) {
				return Config{}, fault("site.baseline."+k, "is no subject field%s", nearest(k, subjectFields))
			}
			c.Baseline[k] = fmt.Sprint(f.Site.Baseline[k])
		}
	}
	for i, l := range c.Links {
		if u, err := url.Parse(l.URL); err != nil || l.URL == "" || u.Scheme != "https" && u.Scheme != "http" && u.Scheme != "mailto" {
			return Config{}, fault(fmt.Sprintf("site.links[%d].url", i), "is %q, must be an address that begins with https://", l.URL)
		}
	}
	if r := f.Publish.Records; r != "" {
		c.Publish.Records = Records(r)
		if known := []Records{RecordsSite, RecordsRepository, RecordsNone}; !slices.Contains(known, c.Publish.Records) {
			return Config{}, fault("publish.records", "is %q, must be \"site\", \"repository\" or \"none\"", r)
		}
	}
	if a := f.Publish.RecordsURL; a != "" {
		u, err := url.Parse(a)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.Fragment != "" {
			return Config{}, fault("publish.records_url", "is %q, must be the address of the artifacts folder, such as https://github.com/OWNER/REPO/raw/main/artifacts/", a)
		}
		if c.Publish.Records != RecordsRepository {
			return Config{}, fault("publish.records_url", "is of use only with records = \"repository\"")
		}
		c.Publish.RecordsURL = strings.TrimRight(a, "/") + "/"
	}
	for i, s := range f.Subject {
		name, _ := s["name"].(string)
		color, given := s["color"]
		if !given {
			continue
		}
		slot, _ := color.(string)
		if !slices.Contains(Slots, slot) {
			return Config{}, fault(fmt.Sprintf("subject[%d].color", i), "is %v, must be one of %s", color, strings.Join(Slots, ", "))
		}
		if name == "" {
			return Config{}, fault(fmt.Sprintf("subject[%d].name", i), "is missing; a color needs the name of its subject")
		}
		c.Colors[name] = slot
		if derived := derivedName(s); derived != "" {
			c.Colors[derived] = slot
		}
	}
	return c, nil
}

// baseURL is the address of a site with its final slash.
func baseURL(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("is %q, must be an address such as https://example.org/bench/", s)
	}
	return strings.TrimRight(s, "/") + "/", nil
}

// At is the configuration of a site that will stand at the address, unless it
// names one itself.
func (c Config) At(address string) (Config, error) {
	base, err := baseURL(address)
	if err != nil || c.BaseURL != "" {
		return c, err
	}
	c.BaseURL = base
	c.Hash = artifact.SHA256([]byte(c.Hash + "\n" + base)) // pages made without it are others
	return c, nil
}

// derivedName is the name that runs of a configured subject get from their
// model: the name in the file is that of the plan.
func derivedName(s map[string]any) string {
	model, _ := s["model"].(string)
	if model == "" {
		return ""
	}
	sub := artifact.Subject{Model: model}
	if p, ok := s["precision"].(string); ok {
		sub.Precision = &p
	}
	if parallel, ok := s["parallel"].(map[string]any); ok {
		if tp, ok := parallel["tp"].(int64); ok {
			sub.Parallel.TP = &tp
		}
	}
	return artifact.SubjectName(sub)
}
