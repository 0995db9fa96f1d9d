package eval

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint"
)

// standard is a public benchmark: where its published files lie and how a row of
// them becomes an item. The fields of rows are those of the publisher; several
// names stand for the same field where publishers differ.
type standard struct {
	name    string
	dataset string   // on the Hub
	files   []string // in the dataset, in order
	split   string
	of      int // items as published
	item    func(row) (Item, error)
	prompt  string // the form, hashed into the protocol
	scorer  string
	answer  int64
	think   int64
	gated   bool // texts must not be spread either
	sure    bool // replies state how sure they are
}

// promptVersion rises with any change of a prompt form or a permutation.
const promptVersion = "1"

const (
	mathsPrompt  = "%s\n\nPlease reason step by step, and put your final answer within \\boxed{}."
	choicePrompt = "%s\n\n%s\nThink step by step. End with a last line of the form \"Answer: LETTER\"."
)

var standards = []standard{
	{name: "math-500", dataset: "HuggingFaceH4/MATH-500", files: []string{"test.jsonl"}, split: "test", of: 500,
		item: mathItem, prompt: mathsPrompt, scorer: "boxed@2", answer: 8192, think: 32768},
	{name: "aime-2024", dataset: "HuggingFaceH4/aime_2024", files: []string{"data/train-00000-of-00001.parquet"}, split: "train", of: 30,
		item: aimeItem, prompt: mathsPrompt, scorer: "integer", answer: 8192, think: 38912},
	{name: "aime-2025", dataset: "opencompass/AIME2025", files: []string{"aime2025-I.jsonl", "aime2025-II.jsonl"}, split: "test", of: 30,
		item: aimeItem, prompt: mathsPrompt, scorer: "integer", answer: 8192, think: 38912},
	{name: "mmlu-pro", dataset: "TIGER-Lab/MMLU-Pro", files: []string{"data/test-00000-of-00001.parquet"}, split: "test", of: 12032,
		item: mmluItem, prompt: choicePrompt, scorer: "choice", answer: 4096, think: 32768},
	{name: "gpqa-diamond", dataset: "Idavidrein/gpqa", files: []string{"gpqa_diamond.csv"}, split: "train", of: 198,
		item: gpqaItem, prompt: choicePrompt, scorer: "choice", answer: 4096, think: 32768, gated: true},
	{name: "humaneval", dataset: "openai/openai_humaneval", files: []string{"openai_humaneval/test-00000-of-00001.parquet"}, split: "test", of: 164,
		item: humanEvalItem, prompt: completePrompt, scorer: "code", answer: 4096, think: 32768},
	{name: "mbpp", dataset: "google-research-datasets/mbpp", files: []string{"full/test-00000-of-00001.parquet"}, split: "test", of: 500,
		item: mbppItem, prompt: writePrompt, scorer: "code", answer: 4096, think: 32768},
	{name: "hle", dataset: "cais/hle", files: []string{"data/test-00000-of-00001.parquet"}, split: "test", of: 2158,
		item: hleItem, prompt: hlePrompt, scorer: "judge", answer: 8192, think: 32768, gated: true, sure: true},
}

// load reads the benchmark from a folder or the Hub. Whatever is wrong with the
// data is a *NotRun that says what to do.
func (s standard) load(ctx context.Context, from Source) (*Suite, error) {
	files, revision, err := s.fetch(ctx, from)
	if err != nil {
		return nil, err
	}
	broken := func(file string, err error) error {
		return s.notRun(WhyBroken, fmt.Sprintf("%s of %s cannot be read: %v; remove %s and fetch it again, or name a folder with --data", file, s.dataset, err, cmp.Or(from.Folder, from.Cache)))
	}
	var items []Item
	seen := map[string]int{}
	digest := sha256.New()
	for i, data := range files {
		digest.Write(data)
		rows, err := readRows(s.files[i], data)
		if err != nil {
			return nil, broken(s.files[i], err)
		}
		for n, r := range rows {
			it, err := s.item(r)
			if errors.Is(err, errPicture) {
				continue
			}
			if err != nil {
				return nil, broken(s.files[i], fmt.Errorf("row %d: %w", n+1, err))
			}
			if it.ID == "" {
				it.ID = fmt.Sprintf("%s-%03d", strings.TrimSuffix(filepath.Base(s.files[i]), filepath.Ext(s.files[i])), n)
			}
			if seen[it.ID]++; seen[it.ID] > 1 {
				it.ID += fmt.Sprintf("-%d", seen[it.ID])
			}
			items = append(items, it)
		}
	}
	switch {
	case len(items) == 0:
		return nil, broken(s.files[0], fmt.Errorf("it holds no item"))
	case len(items) > s.of:
		return nil, s.notRun(WhyChanged, fmt.Sprintf("%s holds %d items where %d were published: the data has changed, and its score would not be that of the benchmark; name a folder with the published files with --data", s.dataset, len(items), s.of))
	}
	sum, of := fmt.Sprintf("%x", digest.Sum(nil)), int64(s.of)
	out := &Suite{
		Name: s.name, Version: promptVersion, Items: items, Of: s.of, Prompt: s.prompt, Scorer: s.scorer, Answer: s.answer, Think: s.think, Hashes: s.gated, Sure: s.sure,
		Dataset: artifact.Dataset{Name: &s.dataset, SHA256: &sum, Split: &s.split, Of: &of},
	}
	if revision != "" {
		out.Dataset.Revision = &revision
	}
	return out, nil
}

func (s standard) notRun(why Why, reason string) *NotRun {
	return &NotRun{Suite: s.name, Why: why, Reason: reason, Dataset: s.dataset}
}

// row is a record of a published file. A list stands as []string.
type row map[string]any

// text returns the first of the named fields that is there, in any case.
func (r row) text(names ...string) string {
	for _, name := range names {
		for _, key := range slices.Sorted(maps.Keys(r)) {
			if strings.EqualFold(key, name) {
				if s, ok := r[key].(string); ok && strings.TrimSpace(s) != "" {
					return strings.TrimSpace(s)
				}
			}
		}
	}
	return ""
}

// need returns a text that must be there.
func (r row) need(names ...string) (string, error) {
	if s := r.text(names...); s != "" {
		return s, nil
	}
	return "", fmt.Errorf("the field %s is missing; there are %s", names[0], strings.Join(slices.Sorted(maps.Keys(r)), ", "))
}

func mathItem(r row) (Item, error) {
	problem, err := r.need("problem", "question")
	if err != nil {
		return Item{}, err
	}
	answer, err := r.need("answer")
	if err != nil {
		return Item{}, err
	}
	return Item{ID: r.text("unique_id", "id"), Type: "boxed", Expected: answer, Category: r.text("subject"),
		Messages: endpoint.User(fmt.Sprintf(mathsPrompt, problem))}, nil
}

func aimeItem(r row) (Item, error) {
	it, err := mathItem(r)
	if err != nil {
		return it, err
	}
	if _, ok := aimeKey(it.Expected); !ok {
		return it, fmt.Errorf("the answer %q is no integer from 0 to 999", it.Expected)
	}
	it.Type, it.Category = "integer", ""
	return it, nil
}

func mmluItem(r row) (Item, error) {
	question, err := r.need("question")
	if err != nil {
		return Item{}, err
	}
	letter, err := r.need("answer")
	if err != nil {
		return Item{}, err
	}
	options, _ := r["options"].([]string)
	if len(options) < 2 || len(options) > 26 || len(letter) != 1 || int(letter[0]-'A') >= len(options) {
		return Item{}, fmt.Errorf("%d options do not fit the answer %q", len(options), letter)
	}
	return Item{ID: r.text("question_id"), Type: "choice", Expected: letter, Category: r.text("category"), Messages: choices(question, options)}, nil
}

// gpqaItem puts the four answers into an order that follows from the record's id
// alone, so that all runs see the same letters.
func gpqaItem(r row) (Item, error) {
	question, err := r.need("Question")
	if err != nil {
		return Item{}, err
	}
	options := make([]string, 4)
	for i, name := range []string{"Correct Answer", "Incorrect Answer 1", "Incorrect Answer 2", "Incorrect Answer 3"} {
		if options[i], err = r.need(name); err != nil {
			return Item{}, err
		}
	}
	id, err := r.need("Record ID")
	if err != nil {
		return Item{}, err
	}
	sum := sha256.Sum256([]byte("gpqa permutation " + promptVersion + "\x00" + id))
	order := rand.New(rand.NewChaCha8(sum)).Perm(4)
	shown := make([]string, 4)
	for to, i := range order {
		shown[to] = options[i]
	}
	return Item{ID: id, Type: "choice", Expected: string(rune('A' + slices.Index(order, 0))), Category: r.text("High-level domain"),
		Messages: choices(question, shown)}, nil
}

func choices(question string, options []string) []endpoint.Message {
	var b strings.Builder
	for i, o := range options {
		fmt.Fprintf(&b, "%c) %s\n", 'A'+i, o)
	}
	return endpoint.User(fmt.Sprintf(choicePrompt, question, b.String()))
}
