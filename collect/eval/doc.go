// Package eval decides what became of the reply to a question.
//
// A [Scorer] is a pure rule with a name and a version. A rule that is published
// never changes: another rule is another name or another version, so that a
// stored verdict can always be derived again from the stored reply. [Rescore]
// does that for a whole artifact.
//
// Before any rule but legacy-2025 reads a reply, [SplitThink] sets the model's
// thoughts apart. A reply that ends inside its thoughts has no answer: it is
// truncated, whatever numbers stand in it.
package eval
